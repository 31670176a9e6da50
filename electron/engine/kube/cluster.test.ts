import { connect as dialLocal } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { imageRegistry, startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import { until } from '../testing/until.ts'
import {
  accessReview,
  apply,
  connect,
  createObject,
  discover,
  exec,
  execToCompletion,
  followLogs,
  getObject,
  listObjects,
  loadKubeconfigs,
  portForward,
  probe,
  reflect,
  removeObject,
  restartWorkload,
  scaleObject,
  waitFor,
  type ClusterConnection,
  type KubeContext,
  type KubeObject,
} from './index.ts'

/** The core against a cluster: the sandbox, or the real one of CONSOLE_TEST_KUBECONFIG. Nothing here knows which. */
let cluster: TestCluster
let context: KubeContext
let connection: ClusterConnection
const namespace = `console-core-${Date.now().toString(36)}`

/** A pod of one container that serves on port 8000 with nothing but what busybox has. */
const script = [
  'echo "started ä日本"',
  'i=0; while [ $i -lt 5 ]; do echo "line $i"; i=$((i+1)); done',
  'trap "exit 0" TERM',
  'while true; do sleep 1; done',
].join('\n')

const podSpec = {
  terminationGracePeriodSeconds: 2,
  containers: [{ name: 'app', image: `${imageRegistry}busybox:1.36`, command: ['sh', '-c', script] }],
}

beforeAll(async () => {
  cluster = await startCluster()
  const loaded = loadKubeconfigs([{ path: cluster.kubeconfigPath, kind: 'added' }])
  const found = loaded.contexts.find(({ name }) => name === cluster.context)
  if (!found) throw new Error(`no context ${cluster.context}: ${JSON.stringify(loaded.problems)}`)
  context = found
  connection = connect(context)
  await createObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await createObject(connection, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'box', namespace, labels: { app: 'box' } },
    spec: podSpec,
  })
  await waitFor(connection, { resource: 'pods', namespace, name: 'box' }, isRunning, { timeout: 90_000 })
})

afterAll(async () => {
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: namespace }).catch(() => undefined)
  await connection.close()
  await cluster.stop()
})

const isRunning = (pod: KubeObject | undefined): boolean => pod?.status?.['phase'] === 'Running'
const box = { apiVersion: 'v1', kind: 'Pod', namespace: '', name: 'box' }
const here = { namespace, pod: 'box', container: 'app' }

it('passes every stage of the diagnosis', async () => {
  const { stages, serverVersion } = await probe(context)
  expect(stages.map(({ outcome }) => outcome)).toEqual(Array(6).fill('passed'))
  expect(serverVersion).toMatch(/^v1\./)
})

it('discovers what is served', async () => {
  const resources = await discover(connection)
  expect(resources.find('deploy')).toMatchObject({ group: 'apps', kind: 'Deployment', namespaced: true })
  expect(resources.find('pods')?.subresources).toEqual(expect.arrayContaining(['exec', 'log', 'portforward']))
})

it('mirrors objects through creation, change and deletion', async () => {
  const reflector = reflect(connection, {
    resource: 'configmaps',
    namespace,
    labelSelector: 'part=mirror',
    project: ({ metadata, ...rest }) => `${metadata.name}=${(rest['data'] as { v: string }).v}`,
  })
  const story: string[] = []
  reflector.subscribe(({ deltas }) => story.push(...deltas.map(({ type, row }) => `${type} ${row}`)))
  await reflector.synced
  const settings = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'mirror', namespace, labels: { part: 'mirror' } },
  }
  await apply(connection, { ...settings, data: { v: '1' } })
  await apply(connection, { ...settings, data: { v: '2' } })
  await removeObject(connection, { ...settings, namespace, name: 'mirror' })
  await until(() => story.length >= 3, 'three deltas')
  expect(story).toEqual(['added mirror=1', 'changed mirror=2', 'removed mirror=2'])
  reflector.stop()
})

it('applies on the server: dry run changes nothing, and a conflict names field and owner', async () => {
  const metadata = { name: 'owned', namespace }
  const wanted = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { v: 'ours' } }
  await expect(apply(connection, wanted, { dryRun: true })).resolves.toMatchObject({ data: { v: 'ours' } })
  await expect(getObject(connection, { ...wanted, namespace, name: 'owned' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
  await connection.request('PATCH', `/api/v1/namespaces/${namespace}/configmaps/owned`, {
    query: { fieldManager: 'someone-else' },
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: { ...wanted, data: { v: 'theirs' } },
  })
  await expect(apply(connection, wanted)).rejects.toMatchObject({
    code: 'CONFLICT',
    details: { conflicts: [{ field: '.data.v', manager: 'someone-else', operation: 'Apply' }] },
  })
  await expect(apply(connection, wanted, { force: true })).resolves.toMatchObject({ data: { v: 'ours' } })
})

it('pages through a list', async () => {
  const names = Array.from({ length: 7 }, (_, index) => `page-${index}`)
  await Promise.all(
    names.map((name) =>
      createObject(connection, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace, labels: { part: 'page' } },
      }),
    ),
  )
  const reflector = reflect(connection, {
    resource: 'configmaps',
    namespace,
    labelSelector: 'part=page',
    pageSize: 3,
    project: ({ metadata }) => metadata.name,
  })
  await reflector.synced
  expect([...reflector.rows.values()].sort()).toEqual(names)
  reflector.stop()
  const listed = await listObjects(
    connection,
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { namespace, labelSelector: 'part=page' },
  )
  expect(listed).toHaveLength(7)
})

it('reads and follows a log', async () => {
  const lines: string[] = []
  const controller = new AbortController()
  const following = (async () => {
    for await (const { text, time } of followLogs(connection, { ...here, follow: true, signal: controller.signal })) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(Z|[+-]\d\d:\d\d)$/)
      lines.push(text)
    }
  })().catch(() => undefined)
  await until(() => lines.length === 6, 'the lines')
  expect(lines).toEqual(['started ä日本', 'line 0', 'line 1', 'line 2', 'line 3', 'line 4'])
  controller.abort()
  await following
  const tail: string[] = []
  for await (const { text } of followLogs(connection, { ...here, tailLines: 2 })) tail.push(text)
  expect(tail).toEqual(['line 3', 'line 4'])
})

it('runs commands: outputs apart, exit codes, input to its end, large output whole', async () => {
  await expect(
    execToCompletion(connection, { ...here, command: ['sh', '-c', 'echo out; echo err >&2; exit 3'] }),
  ).resolves.toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' })
  const session = await exec(connection, { ...here, command: ['wc', '-c'], stdin: true })
  session.stderr.resume()
  if (session.protocol === 'v5.channel.k8s.io') {
    session.stdin.end(Buffer.alloc(3_000_000, 'x'))
    const said = await session.stdout.toArray()
    expect(Number(Buffer.concat(said as Buffer[]).toString())).toBe(3_000_000)
    await expect(session.status).resolves.toEqual({ exitCode: 0 })
  } else session.close()
  const big = await exec(connection, { ...here, command: ['sh', '-c', 'head -c 20000000 /dev/zero'] })
  big.stderr.resume()
  let bytes = 0
  for await (const chunk of big.stdout) bytes += (chunk as Buffer).length
  expect(bytes).toBe(20_000_000)
  await expect(big.status).resolves.toEqual({ exitCode: 0 })
})

it('tells a shell that is not there, and a pod that is not there', async () => {
  const session = await exec(connection, { ...here, command: ['/nowhere/bash'] })
  await expect(session.status).rejects.toMatchObject({ code: 'NO_SHELL' })
  await expect(exec(connection, { ...here, pod: 'nobody', command: ['sh'] })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})

it('drives a terminal with its size', async () => {
  const session = await exec(connection, { ...here, command: ['sh'], stdin: true, tty: true })
  let text = ''
  session.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  session.resize(91, 33)
  await until(async () => {
    session.stdin.write('stty size\n')
    await new Promise((resolve) => setTimeout(resolve, 300))
    return text.includes('33 91')
  }, 'the size')
  session.stdin.write('exit 4\n')
  await expect(session.status).resolves.toEqual({ exitCode: 4 })
})

it('forwards a port', async () => {
  // The programs called nc agree on little: not every busybox knows an address to listen on.
  const forms = ['nc -l -p 8000 -s 127.0.0.1', 'nc -l 127.0.0.1 8000', 'nc -l -p 8000']
  const serve = `while true; do ${forms.map((form) => `echo hello | ${form} 2>/dev/null`).join(' || ')}; done`
  const has = await execToCompletion(connection, { ...here, command: ['sh', '-c', 'command -v nc'] })
  const forward = await portForward(connection, { namespace, pod: 'box', port: 8000 })
  try {
    if (has.exitCode !== 0) {
      // No program to listen with: the refusal must be told and the listener must stay.
      await knock(forward.localPort)
      await until(() => forward.lastError !== undefined, 'the refusal')
      return
    }
    const server = await exec(connection, { ...here, command: ['sh', '-c', serve] })
    server.stdout.resume()
    server.stderr.resume()
    await until(async () => (await knock(forward.localPort)) === 'hello\n', 'the answer')
    server.close()
  } finally {
    await forward.close()
  }
})

const knock = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const socket = dialLocal(port, '127.0.0.1')
    let text = ''
    socket.on('data', (data) => {
      text += data.toString()
      socket.end()
    })
    socket.on('error', () => undefined).once('close', () => resolve(text))
  })

it('scales and restarts a deployment and waits for it', async () => {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' }
  const labels = { app: 'web' }
  await apply(connection, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
  })
  const target = { resource: 'deployments.apps', namespace, name: 'web' }
  const isReady = (count: number) => (object: KubeObject | undefined) => {
    const status = object?.status ?? {}
    return (
      status['readyReplicas'] === count &&
      status['updatedReplicas'] === count &&
      status['observedGeneration'] === object?.metadata.generation
    )
  }
  await waitFor(connection, target, isReady(1), { timeout: 90_000 })
  await scaleObject(connection, deployment, 2)
  await waitFor(connection, target, isReady(2), { timeout: 90_000 })
  const restarted = await restartWorkload(connection, deployment)
  const done = await waitFor(
    connection,
    target,
    (object) => (object?.metadata.generation ?? 0) >= (restarted.metadata.generation ?? 0) && isReady(2)(object),
    { timeout: 90_000 },
  )
  expect(done?.status?.['replicas']).toBeDefined()
  await removeObject(connection, deployment)
  await expect(
    waitFor(connection, target, (object) => object === undefined, { timeout: 60_000 }),
  ).resolves.toBeUndefined()
}, 300_000)

it('asks what the user may do', async () => {
  const [answer] = await accessReview(connection, [{ verb: 'delete', resource: 'pods', namespace }])
  expect(answer?.allowed).toBe(true)
})

it('says that a namespace is being deleted', async () => {
  const ending = `${namespace}-end`
  const held = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace: ending, finalizers: ['console.test/hold'] },
  }
  await createObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: ending } })
  const hasFinalizer = (object: KubeObject | undefined): boolean =>
    ((object?.spec?.['finalizers'] ?? []) as string[]).includes('kubernetes')
  await waitFor(connection, { resource: 'namespaces', name: ending }, hasFinalizer, { timeout: 30_000 })
  await createObject(connection, held)
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: ending })
  await expect(
    createObject(connection, { ...held, metadata: { name: 'late', namespace: ending } }),
  ).rejects.toMatchObject({ code: 'NAMESPACE_TERMINATING' })
  await connection.request('PATCH', `/api/v1/namespaces/${ending}/configmaps/held`, {
    body: { metadata: { finalizers: null } },
    headers: { 'content-type': 'application/merge-patch+json' },
  })
  await waitFor(connection, { resource: 'namespaces', name: ending }, (object) => object === undefined, {
    timeout: 60_000,
  })
})

it('follows a pod to its end', async () => {
  await createObject(connection, {
    ...box,
    metadata: { name: 'brief', namespace },
    spec: {
      restartPolicy: 'Never',
      containers: [
        { name: 'app', image: `${imageRegistry}busybox:1.36`, command: ['sh', '-c', 'echo one; sleep 1; echo two'] },
      ],
    },
  })
  const lines: string[] = []
  for await (const { text } of followLogs(connection, { namespace, pod: 'brief', container: 'app', follow: true }))
    lines.push(text)
  expect(lines).toEqual(['one', 'two'])
})
