import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestSandbox, until } from './testing/sandbox.ts'

let sandbox: TestSandbox

const deployment = (name: string, labels: Record<string, string>) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name, ...labels } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'busybox', command: ['sleep', '1000'] }],
      },
    },
  },
})

beforeAll(async () => {
  sandbox = await TestSandbox.start()
  await sandbox.kubectlOk(['create', 'namespace', 'read'])
  const items = [deployment('web', { tier: 'front' }), deployment('db', { tier: 'back' })]
  await sandbox.kubectlOk(['-n', 'read', 'apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await sandbox.kubectlOk(['-n', 'read', 'wait', 'deploy', '--all', '--for=condition=Available', '--timeout=60s'])
})

afterAll(() => sandbox.stop())

const read = (...args: string[]) => sandbox.kubectlOk(['-n', 'read', ...args])

describe('kubectl get', () => {
  it('prints the columns of pods, and more of them with -o wide', async () => {
    const [header = '', ...rows] = (await read('get', 'pods')).trim().split('\n')
    expect(header.split(/\s{2,}/)).toEqual(['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'])
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatch(/^db-\w+-\w+\s+1\/1\s+Running\s+0\s+\d+s$/)
    expect((await read('get', 'pods', '-o', 'wide')).split('\n')[0]).toMatch(
      /IP\s+NODE\s+NOMINATED NODE\s+READINESS GATES/,
    )
  })

  it('prints deployments with containers, images and selector', async () => {
    expect(await read('get', 'deploy', 'web', '-o', 'wide')).toMatch(
      /web\s+1\/1\s+1\s+1\s+\d+s\s+main\s+busybox\s+app=web/,
    )
  })

  it('prints yaml, json and names', async () => {
    expect(await read('get', 'deploy', 'web', '-o', 'yaml')).toMatch(/^apiVersion: apps\/v1\nkind: Deployment\n/)
    expect(JSON.parse(await read('get', 'deploy', '-o', 'json'))).toMatchObject({ kind: 'List', items: [{}, {}] })
    expect(await read('get', 'deploy', '-o', 'name')).toBe('deployment.apps/db\ndeployment.apps/web\n')
  })

  it('selects by labels and by fields', async () => {
    expect(await read('get', 'deploy', '-l', 'tier=front', '-o', 'name')).toBe('deployment.apps/web\n')
    expect(await read('get', 'deploy', '-l', 'tier in (back,side),!gone', '-o', 'name')).toBe('deployment.apps/db\n')
    expect(await read('get', 'deploy', '-l', 'tier!=front', '-o', 'name')).toBe('deployment.apps/db\n')
    expect(await read('get', 'deploy', '--field-selector', 'metadata.name=db', '-o', 'name')).toBe(
      'deployment.apps/db\n',
    )
    expect(
      (await read('get', 'pods', '--field-selector', 'status.phase=Running', '-o', 'name')).split('\n'),
    ).toHaveLength(3)
    const refused = await sandbox.kubectl(['-n', 'read', 'get', 'pods', '--field-selector', 'spec.nothing=1'])
    expect(refused.stderr).toContain('field label not supported: spec.nothing')
  })

  it('reads a long list in chunks', async () => {
    expect(await read('get', 'deploy,rs,pods,cm', '--chunk-size=1', '-o', 'name')).toMatch(
      /deployment.apps\/db\ndeployment.apps\/web\n/,
    )
  })

  it('sorts, and prints everything of a category', async () => {
    expect(await read('get', 'deploy', '--sort-by=.metadata.name', '-o', 'name')).toContain('deployment.apps/db\n')
    expect(await read('get', 'all')).toMatch(/pod\/db[\s\S]*deployment.apps\/web[\s\S]*replicaset.apps\/db/)
  })

  it('follows changes with -w', async () => {
    const watched = sandbox.kubectlUntil(['-n', 'read', 'get', 'cm', '-w', '--output-watch-events'], (output) =>
      /DELETED\s+watched/.test(output),
    )
    await read('create', 'cm', 'watched', '--from-literal=a=b')
    await read('delete', 'cm', 'watched')
    expect(await watched).toMatch(/EVENT\s+NAME\s+DATA\s+AGE[\s\S]*ADDED\s+watched\s+1[\s\S]*DELETED\s+watched/)
  })

  it('says what does not exist', async () => {
    const absent = await sandbox.kubectl(['-n', 'read', 'get', 'deploy', 'absent'])
    expect(absent).toMatchObject({
      code: 1,
      stderr: 'Error from server (NotFound): deployments.apps "absent" not found\n',
    })
    expect((await sandbox.kubectl(['get', 'widgets'])).stderr).toContain(
      'the server doesn\'t have a resource type "widgets"',
    )
  })
})

describe('kubectl describe and events', () => {
  it('describes a deployment with its events', async () => {
    const text = await read('describe', 'deploy', 'web')
    expect(text).toMatch(/Replicas:\s+1 desired \| 1 updated \| 1 total \| 1 available \| 0 unavailable/)
    expect(text).toContain('ScalingReplicaSet')
  })

  it('describes pods, nodes and namespaces', async () => {
    expect(await read('describe', 'pod', '-l', 'app=web')).toMatch(/Status:\s+Running/)
    expect(await read('describe', 'nodes')).toMatch(/Non-terminated Pods:\s+\(2 in total\)/)
    expect(await read('describe', 'ns', 'read')).toContain('Status:       Active')
  })

  it('lists events', async () => {
    expect(await read('events', '--for', 'deployment/web')).toMatch(/Normal\s+ScalingReplicaSet\s+Deployment\/web/)
    expect(await read('get', 'events', '--field-selector', 'reason=ScalingReplicaSet')).toMatch(/deployment\/web/)
    const newer = await read('get', 'events.v1.events.k8s.io', '-o', 'jsonpath={.items[*].regarding.kind}')
    expect(newer).toContain('Deployment')
  })
})

describe('what the server says of itself', () => {
  it('names its version, kinds and address', async () => {
    expect(await read('version')).toContain('Server Version: v1.35.2+sandbox')
    expect(await read('cluster-info')).toContain(`is running at ${sandbox.url}`)
    expect((await read('api-versions')).split('\n')).toEqual(
      expect.arrayContaining(['v1', 'apps/v1', 'batch/v1', 'autoscaling/v2']),
    )
    expect(await read('api-resources', '--namespaced=false', '-o', 'name')).toContain('namespaces\n')
    expect(await read('api-resources', '--categories=all', '-o', 'name')).toContain('statefulsets.apps\n')
    expect(await read('get', '--raw', '/readyz')).toBe('ok')
  })

  it('explains fields', async () => {
    const text = await read('explain', 'deployment.spec.template.spec.containers.resources')
    expect(text).toMatch(/FIELD: resources <ResourceRequirements>[\s\S]*limits\s+<map\[string\]string>/)
    expect(await read('explain', 'pod.spec', '--recursive')).toMatch(/containers\s+<\[\]Container> -required-/)
  })
})

describe('rights', () => {
  it('tells both users what they may do', async () => {
    expect((await sandbox.kubectl(['auth', 'can-i', 'delete', 'pods'])).stdout).toBe('yes\n')
    const viewer = ['--context', 'sandbox-viewer', '-n', 'read']
    expect(await sandbox.kubectl([...viewer, 'auth', 'can-i', 'delete', 'pods'])).toMatchObject({
      code: 1,
      stdout: 'no\n',
    })
    expect((await sandbox.kubectl([...viewer, 'auth', 'can-i', 'list', 'pods'])).stdout).toBe('yes\n')
    expect((await sandbox.kubectl([...viewer, 'auth', 'can-i', '--list'])).stdout).toMatch(
      /deployments\.apps\s+\[\]\s+\[\]\s+\[get list watch\]/,
    )
    expect((await sandbox.kubectl([...viewer, 'auth', 'whoami'])).stdout).toMatch(/Username\s+sandbox-viewer/)
  })

  it('lets the viewer read workloads and neither secrets nor writes', async () => {
    const viewer = ['--context', 'sandbox-viewer', '-n', 'read']
    expect((await sandbox.kubectl([...viewer, 'get', 'pods', '-o', 'name'])).stdout).toContain('pod/web')
    expect((await sandbox.kubectl([...viewer, 'get', 'secrets'])).stderr).toBe(
      'Error from server (Forbidden): secrets is forbidden: User "sandbox-viewer" cannot list resource "secrets" in API group "" in the namespace "read"\n',
    )
    expect((await sandbox.kubectl([...viewer, 'delete', 'deploy', 'web'])).stderr).toContain(
      'cannot delete resource "deployments"',
    )
  })

  it('lets those who may act as somebody else', async () => {
    const asBob = await sandbox.kubectl(['auth', 'can-i', 'list', 'pods', '--as=bob', '--as-group=sandbox:viewers'])
    expect(asBob.stdout).toBe('yes\n')
    expect((await sandbox.kubectl(['get', 'pods', '--as=bob'])).stderr).toContain(
      'User "bob" cannot list resource "pods"',
    )
    const refused = await sandbox.kubectl(['--context', 'sandbox-viewer', 'get', 'pods', '--as=sandbox-admin'])
    expect(refused.stderr).toContain('User "sandbox-viewer" cannot impersonate resource "users"')
  })

  it('honours roles that are made while it runs', async () => {
    await read('create', 'sa', 'robot')
    const token = (await read('create', 'token', 'robot')).trim()
    const get = () => sandbox.call('/api/v1/namespaces/read/configmaps', { token })
    expect((await get()).code).toBe(403)
    await read('create', 'role', 'maps', '--verb=list', '--resource=configmaps')
    await read('create', 'rolebinding', 'maps', '--role=maps', '--serviceaccount=read:robot')
    expect((await get()).code).toBe(200)
    await read('delete', 'sa', 'robot')
    expect((await get()).code).toBe(401)
  })
})

describe('kubectl top', () => {
  it('shows what pods use once they were measured', async () => {
    await until('a sample of every pod', async () => {
      const { code, stdout } = await sandbox.kubectl(['-n', 'read', 'top', 'pods'])
      return code === 0 && /web-\S+\s+\d+m\s+\d+Mi/.test(stdout)
    })
    expect(await read('top', 'nodes')).toMatch(/sandbox-node\s+\d+m\s+\d+%\s+\d+Mi\s+\d+%/)
  })
})
