import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import { judges } from '#shared/testing/judges.ts'
import { createObject, removeObject, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { connectTo } from '../../testing/connectTo.ts'
import { until } from '../../testing/until.ts'
import { podRow } from './podRow.ts'

const namespace = `pod-row-test-${process.pid}`
/** An image whose shell every cluster can run. */
const image = 'busybox:1.37'
const run = (name: string, command: string, more: object = {}) => ({
  name,
  image,
  command: ['sh', '-c', command],
  ...more,
})
const forever = 'trap "exit 0" TERM; while :; do sleep 1; done'

/** Pods by the word that kubectl shows for them sooner or later. */
const pods: Record<string, { word: string; spec: object; finalizers?: string[] }> = {
  running: { word: 'Running', spec: { containers: [run('main', forever)] } },
  'crash-loop': { word: 'CrashLoopBackOff', spec: { containers: [run('main', 'exit 3')] } },
  failed: { word: 'Error', spec: { restartPolicy: 'Never', containers: [run('main', 'exit 3')] } },
  completed: { word: 'Completed', spec: { restartPolicy: 'Never', containers: [run('main', 'exit 0')] } },
  'init-running': {
    word: 'Init:0/1',
    spec: { initContainers: [run('first', forever)], containers: [run('main', forever)] },
  },
  'init-error': {
    word: 'Init:Error',
    spec: { restartPolicy: 'Never', initContainers: [run('first', 'exit 2')], containers: [run('main', forever)] },
  },
  'init-crash-loop': {
    word: 'Init:CrashLoopBackOff',
    spec: { initContainers: [run('first', 'exit 2')], containers: [run('main', forever)] },
  },
  'image-pull': {
    word: 'ImagePullBackOff',
    spec: { containers: [{ name: 'main', image: 'registry.invalid/no-such-image:1' }] },
  },
  'no-configuration': {
    word: 'CreateContainerConfigError',
    spec: { containers: [run('main', forever, { envFrom: [{ configMapRef: { name: 'absent' } }] })] },
  },
  'one-done': {
    word: 'NotReady',
    spec: { restartPolicy: 'Never', containers: [run('main', forever), run('task', 'exit 0')] },
  },
  'first-of-two': {
    word: 'Error',
    spec: { restartPolicy: 'Never', containers: [run('main', 'exit 4'), run('task', 'exit 0')] },
  },
  'no-room': {
    word: 'Pending',
    spec: { containers: [run('main', forever, { resources: { requests: { cpu: '4000' } } })] },
  },
  terminating: {
    word: 'Terminating',
    spec: { terminationGracePeriodSeconds: 600, containers: [run('main', 'trap "" TERM; while :; do sleep 1; done')] },
  },
}

let cluster: TestCluster
let connection: ClusterConnection

beforeAll(async () => {
  cluster = await startCluster()
  connection = connectTo(cluster)
  await createObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await until(hasServiceAccount, 'the service account of the namespace')
  for (const [name, { spec }] of Object.entries(pods)) {
    await createObject(connection, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec } as KubeObject)
  }
})
afterAll(async () => {
  const path = `/api/v1/namespaces/${namespace}/pods/terminating`
  await connection.request('DELETE', path, { query: { gracePeriodSeconds: 0 } }).catch(() => undefined)
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: namespace })
  await connection.close()
  await cluster.stop()
})

const hasServiceAccount = () =>
  connection.request('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`).then(
    () => true,
    () => false,
  )

/** What kubectl asks for: the server's own columns, here with the objects they were made from, so that both are of one moment. */
async function table(): Promise<{ word: string; restarts: number; pod: KubeObject }[]> {
  const { columnDefinitions, rows } = await connection.request<{
    columnDefinitions: { name: string }[]
    rows: { cells: unknown[]; object: KubeObject }[]
  }>('GET', `/api/v1/namespaces/${namespace}/pods`, {
    query: { includeObject: 'Object' },
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  })
  const column = (name: string) => columnDefinitions.findIndex((definition) => definition.name === name)
  return rows.map(({ cells, object }) => ({
    word: String(cells[column('Status')]),
    restarts: Number.parseInt(String(cells[column('Restarts')]), 10),
    pod: object,
  }))
}

describe('podRow', () => {
  it('says of every pod at every moment what kubectl says', async () => {
    const seen = new Map(Object.keys(pods).map((name) => [name, new Set<string>()]))
    const missing = () => Object.entries(pods).filter(([name, { word }]) => !seen.get(name)?.has(word))
    let isDeleted = false
    await until(
      async () => {
        for (const { word, restarts, pod } of await table()) {
          const row = podRow(pod)
          expect([row.name, row.status, row.restarts]).toEqual([pod.metadata.name, word, restarts])
          seen.get(row.name)?.add(word)
          if (row.name === 'terminating' && word === 'Running' && !isDeleted) {
            isDeleted = true
            await connection.request('DELETE', `/api/v1/namespaces/${namespace}/pods/terminating`)
          }
        }
        return missing().length === 0
      },
      'every pod to show its word',
      50_000,
    ).catch((error: unknown) => {
      const words = missing().map(
        ([name, { word }]) => `${name}: ${word}, saw ${[...(seen.get(name) ?? [])].join(', ')}`,
      )
      throw new Error(words.join('; '), { cause: error })
    })
  })

  it('agrees with the kubectl program on pods that rest', async () => {
    const { kubectl } = await judges()
    const flags = ['--kubeconfig', cluster.kubeconfigPath, '--context', cluster.context, '-n', namespace]
    const { stdout } = await promisify(execFile)(kubectl, [...flags, 'get', 'pods', '--no-headers'])
    const words = new Map(stdout.split('\n').map((line) => line.split(/\s+/)).map(([name, , word]) => [name, word])) // prettier-ignore
    for (const name of ['running', 'failed', 'completed', 'init-running', 'init-error', 'one-done', 'terminating']) {
      expect([name, words.get(name)]).toEqual([name, pods[name]?.word])
    }
  })

  it('gives the reason in words and a colour that fits', async () => {
    const rows = new Map((await table()).map(({ pod }) => [pod.metadata.name, podRow(pod)]))
    expect(rows.get('running')).toMatchObject({ health: 'healthy', reason: '', ready: 1 })
    expect(rows.get('failed')).toMatchObject({ health: 'failed', reason: 'Error, exit code 3' })
    expect(rows.get('completed')).toMatchObject({ health: 'off', reason: '' })
    expect(rows.get('init-error')).toMatchObject({ health: 'failed', reason: 'Error, exit code 2' })
    expect(rows.get('init-running')).toMatchObject({ health: 'progress' })
    expect(rows.get('terminating')).toMatchObject({ health: 'progress' })
    expect(rows.get('no-room')?.health).toBe('waiting')
    expect(rows.get('no-room')?.reason).toContain('cpu')
    expect(rows.get('image-pull')?.reason).toContain('no-such-image')
    expect(rows.get('one-done')).toMatchObject({ ready: 1, containers: ['main', 'task'] })
  })
})
