import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RevisionedStore, openStore } from '../store/memoryStore.ts'
import { containerEnvironment } from './environment.ts'
import type { Container, Pod, Volume } from './kinds.ts'
import { prepareVolume } from './volumes.ts'

let folder: string
let store: RevisionedStore
const capacity = { cpu: 4, memory: 8 * 2 ** 30 }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-environment-'))
  store = await openStore(join(folder, 'store'))
  const metadata = { name: 'settings', namespace: 'default' }
  store.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { COLOUR: 'green', 'app.yaml': 'a: 1\n' },
  })
  const data = { PASSWORD: Buffer.from('s3cret').toString('base64') }
  store.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata, data })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

function createPod(container: Partial<Container> = {}): Pod {
  return store.create<Pod>('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', namespace: 'default', labels: { tier: 'back' }, annotations: { note: 'x' } },
    spec: { containers: [{ name: 'main', image: 'busybox', ...container }] },
    status: { podIP: '127.1.2.3', hostIP: '127.0.0.1' },
  })
}

function variables(container: Partial<Container>): Record<string, string> {
  const pod = createPod(container)
  const [main] = pod.spec.containers
  if (main === undefined) throw new Error('the pod has no container')
  return Object.fromEntries(containerEnvironment({ store, pod, container: main, capacity }))
}

describe('the environment of a container', () => {
  it('takes whole ConfigMaps and Secrets, single keys, fields and resources, in the order of the kubelet', () => {
    const found = variables({
      envFrom: [{ configMapRef: { name: 'settings' } }, { prefix: 'DB_', secretRef: { name: 'settings' } }],
      resources: { requests: { cpu: '250m' }, limits: { memory: '64Mi' } },
      env: [
        { name: 'PLAIN', value: 'one' },
        { name: 'BUILT', value: '$(PLAIN)-$(COLOUR)-$(LATER)' },
        { name: 'LATER', value: 'two' },
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 'settings', key: 'PASSWORD' } } },
        { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'TIER', valueFrom: { fieldRef: { fieldPath: "metadata.labels['tier']" } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'requests.cpu', divisor: '1m' } } },
        { name: 'CPU_LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
        { name: 'OPTIONAL', valueFrom: { configMapKeyRef: { name: 'absent', key: 'x', optional: true } } },
      ],
    })
    expect(found).toMatchObject({
      COLOUR: 'green',
      DB_PASSWORD: 's3cret',
      BUILT: 'one-green-$(LATER)',
      KEY: 's3cret',
      NAME: 'pod',
      IP: '127.1.2.3',
      TIER: 'back',
      CPU: '250',
      CPU_LIMIT: '4',
      MEMORY: '64',
    })
    expect(found).not.toHaveProperty('OPTIONAL')
  })

  it('links the services of the namespace', () => {
    const spec = { clusterIP: '127.200.0.1', ports: [{ name: 'http', port: 8181 }] }
    store.create('services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'back-end', namespace: 'default' },
      spec,
    })
    expect(variables({})).toMatchObject({
      BACK_END_SERVICE_HOST: '127.200.0.1',
      BACK_END_SERVICE_PORT: '8181',
      BACK_END_SERVICE_PORT_HTTP: '8181',
      BACK_END_PORT_8181_TCP_ADDR: '127.200.0.1',
    })
  })

  it('names what is missing in the words of the kubelet', () => {
    const key = { name: 'X', valueFrom: { configMapKeyRef: { name: 'settings', key: 'absent' } } }
    expect(() => variables({ env: [key] })).toThrow("couldn't find key absent in ConfigMap default/settings")
    store.delete('pods', 'default', 'pod')
    expect(() => variables({ envFrom: [{ secretRef: { name: 'absent' } }] })).toThrow('secret "absent" not found')
  })
})

describe('a volume', () => {
  const prepare = (volume: Volume): string => {
    const pod = store.get<Pod>('pods', 'default', 'pod') ?? createPod()
    const place = { podDirectory: join(folder, 'pod'), volumes: join(folder, 'volumes'), owner: undefined }
    return prepareVolume({ store, pod, volume, capacity, ...place })
  }

  it('shows a ConfigMap as files and follows its changes', async () => {
    const volume: Volume = { name: 'settings', configMap: { name: 'settings' } }
    expect(await readFile(join(prepare(volume), 'app.yaml'), 'utf8')).toBe('a: 1\n')
    store.update('configmaps', 'default', 'settings', (map) => void (map['data'] = { 'app.yaml': 'a: 2\n' }))
    const path = prepare(volume)
    expect(await readFile(join(path, 'app.yaml'), 'utf8')).toBe('a: 2\n')
    await expect(readFile(join(path, 'COLOUR'))).rejects.toThrow('ENOENT')
  })

  it('projects several sources into one folder', async () => {
    const path = prepare({
      name: 'all',
      projected: {
        sources: [
          { secret: { name: 'settings', items: [{ key: 'PASSWORD', path: 'secret/password' }] } },
          { configMap: { name: 'settings', items: [{ key: 'COLOUR', path: 'colour' }] } },
          { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
        ],
      },
    })
    const read = (name: string) => readFile(join(path, name), 'utf8')
    expect([await read('secret/password'), await read('colour'), await read('labels')]).toEqual([
      's3cret',
      'green',
      'tier="back"',
    ])
  })

  it('refuses host folders, and paths that leave the volume', () => {
    expect(() => prepare({ name: 'host', hostPath: { path: '/etc' } })).toThrow('hostPath volumes are refused')
    const items = [{ key: 'COLOUR', path: '../../outside' }]
    expect(() => prepare({ name: 'escape', configMap: { name: 'settings', items } })).toThrow(
      'must not leave the volume',
    )
  })

  it('waits for a claim that is not bound', () => {
    store.create('persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec: {},
    })
    expect(() => prepare({ name: 'data', persistentVolumeClaim: { claimName: 'data' } })).toThrow('is not bound yet')
  })
})
