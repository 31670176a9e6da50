import { createConnection } from 'node:net'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EndpointSlice, Pod, Service } from './kinds.ts'
import { type NodeFixture, isReady, poll, shell, startNode } from './testing/nodeFixture.ts'

let fixture: NodeFixture
beforeAll(async () => {
  fixture = await startNode()
})
afterAll(() => fixture.stop())

const secret = (name: string, data: Record<string, string>) =>
  fixture.store.create('secrets', {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'default' },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  })

const claim = (name: string) =>
  fixture.store.create('persistentvolumeclaims', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default' },
    spec: { volumeName: `pv-${name}` },
    status: { phase: 'Bound' },
  })

function exposes(name: string, address: string, port: number, pods: Pod[]): void {
  fixture.store.create<Service>('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { clusterIP: address, ports: [{ port }] },
  })
  fixture.store.create<EndpointSlice>('endpointslices.discovery.k8s.io', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    ports: [{ port }],
    endpoints: pods.map((pod) => ({ addresses: [pod.status?.podIP ?? ''], conditions: { ready: true } })),
  })
}

const database = {
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'database' } }],
  containers: [
    {
      name: 'postgres',
      image: 'pgvector/pgvector:pg16',
      env: [
        { name: 'POSTGRES_USER', value: 'agency' },
        { name: 'POSTGRES_DB', value: 'agency_swarm' },
        { name: 'POSTGRES_PASSWORD', valueFrom: { secretKeyRef: { name: 'database', key: 'password' } } },
        { name: 'PGDATA', value: '/var/lib/postgresql/data/pgdata' },
      ],
      volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql/data' }],
      readinessProbe: { exec: { command: ['pg_isready', '-h', '127.0.0.1', '-U', 'agency'] }, periodSeconds: 1 },
    },
  ],
}

async function query(host: string, sql: string): Promise<unknown[]> {
  const client = new Client({ host, port: 5432, user: 'agency', password: "pa'ss", database: 'agency_swarm' })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

describe('PostgreSQL in a pod', () => {
  it('is initialised by the variables of the official image, keeps its data over a new pod, and refuses a wrong password', async () => {
    secret('database', { password: "pa'ss" })
    claim('database')
    fixture.run('postgres-0', database)
    const first = await fixture.until('postgres-0', isReady)
    const address = first.status?.podIP ?? ''
    await query(address, 'CREATE EXTENSION vector; CREATE TABLE kept (word text)')
    await query(address, "INSERT INTO kept VALUES ('still here')")
    await expect(
      new Client({ host: address, user: 'agency', password: 'wrong', database: 'agency_swarm' }).connect(),
    ).rejects.toThrow()
    fixture.store.delete('pods', 'default', 'postgres-0')
    await fixture.untilGone('postgres-0')
    fixture.run('postgres-0', database)
    const second = await fixture.until('postgres-0', isReady)
    expect(await query(second.status?.podIP ?? '', 'SELECT word FROM kept')).toEqual([{ word: 'still here' }])
  })

  it('is reached through its service, whose connections survive a change of endpoints', async () => {
    const pod = fixture.pod('postgres-0')
    if (pod === undefined) throw new Error('the pod of the test before is missing')
    exposes('postgres', '127.240.17.1', 5432, [pod])
    const client = await poll(async () => {
      // A client can be connected only once.
      const attempt = new Client({ host: '127.240.17.1', user: 'agency', password: "pa'ss", database: 'agency_swarm' })
      return attempt.connect().then(
        () => attempt,
        () => undefined,
      )
    })
    if (client === undefined) throw new Error('the service did not answer')
    fixture.store.update<EndpointSlice>('endpointslices.discovery.k8s.io', 'default', 'postgres-1', (slice) => {
      slice.endpoints = []
    })
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
    const refused = await poll(
      () =>
        new Promise<true | undefined>((resolve) => {
          const socket = createConnection(5432, '127.240.17.1')
          socket.on('error', () => resolve(true))
          socket.on('close', (hadError) => resolve(hadError || undefined))
        }),
    )
    expect(refused).toBe(true)
  })
})

describe('Redis in a pod', () => {
  it('answers on the pod address with the password of the manifest, which no command line shows', async () => {
    secret('redis', { password: 'sec ret"1' })
    const env = [{ name: 'REDIS_PASSWORD', valueFrom: { secretKeyRef: { name: 'redis', key: 'password' } } }]
    const probe = {
      exec: { command: ['sh', '-c', 'redis-cli -a "$REDIS_PASSWORD" ping | grep PONG'] },
      periodSeconds: 1,
    }
    const args = ['redis-server', '--requirepass', '$(REDIS_PASSWORD)', '--appendonly', 'no', '--save', '']
    fixture.run('redis', { containers: [{ name: 'redis', image: 'redis:7-alpine', args, env, readinessProbe: probe }] })
    const pod = await fixture.until('redis', isReady)
    exposes('redis', '127.240.17.2', 6379, [pod])
    const { execFileSync } = await import('node:child_process')
    expect(execFileSync('ps', ['axo', 'args'], { encoding: 'utf8' })).not.toContain('sec ret')
  })
})

describe('a Node process in a pod', () => {
  const script = `
    const net = require('node:net'), dns = require('node:dns')
    const names = ['redis', 'redis.default', 'redis.default.svc', 'redis.default.svc.cluster.local']
    Promise.all(names.map((name) => dns.promises.lookup(name))).then((found) => {
      console.log(JSON.stringify(found.map(({ address }) => address)))
      net.connect(6379, 'redis').on('connect', () => { console.log('connected'); process.exit(0) }).on('error', (error) => { console.log(error); process.exit(1) })
    })`

  it('resolves services by every form of their name and connects to them', async () => {
    fixture.run('names', {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'node:24', args: ['-e', script] }],
    })
    await fixture.until('names', ({ status }) => status?.phase === 'Succeeded')
  })

  it('listens on its own address when it asks for all of them', async () => {
    const server = `require('node:http').createServer((_, response) => response.end('mine')).listen(8080)`
    const container = {
      name: 'main',
      image: 'node:24',
      command: ['node', '-e', server],
      readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
    }
    fixture.run('server-a', { containers: [container] })
    fixture.run('server-b', { containers: [container] })
    const [a, b] = [await fixture.until('server-a', isReady), await fixture.until('server-b', isReady)]
    expect(a.status?.podIP).not.toBe(b.status?.podIP)
    expect(await (await fetch(`http://${b.status?.podIP ?? ''}:8080/`)).text()).toBe('mine')
  })

  it('finds a StatefulSet pod by its name', async () => {
    fixture.store.create<Service>('services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'nodes', namespace: 'default' },
      spec: { clusterIP: 'None' },
    })
    fixture.run('member-0', { hostname: 'member-0', subdomain: 'nodes', containers: [shell('exec sleep 1000')] })
    const member = await fixture.until('member-0', isReady)
    const lookup = `require('node:dns').lookup('member-0.nodes.default.svc.cluster.local', (error, address) => process.exit(address === '${member.status?.podIP ?? ''}' ? 0 : 1))`
    fixture.run('finder', {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'node:24', args: ['-e', lookup] }],
    })
    await fixture.until('finder', ({ status }) => status?.phase === 'Succeeded')
  })
})

describe('probes', () => {
  it('keeps a pod unready until its readiness probe succeeds and takes it out again when it fails', async () => {
    const mount = { volumeMounts: [{ name: 'flag', mountPath: '/flag' }] }
    const readinessProbe = { exec: { command: ['test', '-e', '/flag/ready'] }, periodSeconds: 1, failureThreshold: 1 }
    fixture.run('probed', {
      volumes: [{ name: 'flag', emptyDir: {} }],
      containers: [
        shell('sleep 1; touch /flag/ready; sleep 3; rm /flag/ready; exec sleep 1000', { readinessProbe, ...mount }),
      ],
    })
    await fixture.until('probed', ({ status }) => status?.phase === 'Running')
    expect(isReady(fixture.pod('probed') as Pod)).toBe(false)
    await fixture.until('probed', isReady)
    await fixture.until('probed', (pod) => !isReady(pod))
    expect(fixture.events('probed')).toContainEqual(expect.objectContaining({ reason: 'Unhealthy' }))
  })

  it('restarts a container whose liveness probe fails, but not before startup has succeeded', async () => {
    const refused = { tcpSocket: { port: 9 }, periodSeconds: 1, failureThreshold: 2 }
    const startupProbe = { exec: { command: ['true'] }, periodSeconds: 1 }
    fixture.run('dead', { containers: [shell('exec sleep 1000', { livenessProbe: refused, startupProbe })] })
    const pod = await fixture.until('dead', ({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1)
    expect(pod.status?.containerStatuses?.[0]?.lastState.terminated?.exitCode).toBe(143)
    const messages = fixture.events('dead').map(({ message }) => message)
    expect(messages).toContain('Container main failed liveness probe, will be restarted')
    expect(messages.some((message) => message.includes('connect: connection refused'))).toBe(true)
  })
})
