import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TerminalOutput } from '#shared/contract/terminals.ts'
import { imageRegistry, startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import { judges } from '#shared/testing/judges.ts'
import { Credits } from '../../flow/credit.ts'
import { createObject, removeObject, waitFor, type ClusterConnection } from '../../kube/index.ts'
import { connectTo } from '../../testing/connectTo.ts'
import { until } from '../../testing/until.ts'
import { Terminals } from './terminals.ts'
import { sameCluster } from '../../testing/sameCluster.ts'

let cluster: TestCluster
let connection: ClusterConnection
let folder: string
let terminals: Terminals
const namespace = `console-terminals-${Date.now().toString(36)}`

beforeAll(async () => {
  cluster = await startCluster()
  folder = mkdtempSync(join(tmpdir(), 'console-terminals-'))
  connection = connectTo(cluster)
  const { kubectl } = await judges()
  terminals = new Terminals({
    directory: {
      connection: () => Promise.resolve(connection),
      ...sameCluster,
      facts: () => ({ name: 'test', environment: 'other', role: 'operator' }),
    },
    credits: new Credits(),
    audit: { append: () => Promise.reject(new Error('nothing is asked here')) },
    user: 'maya',
    dataDirectory: folder,
    resourcesDirectory: folder,
    kubectlPath: () => kubectl,
    environment: { ...process.env, HOME: folder, SHELL: '/bin/sh', KUBECONFIG: '/somewhere/else' },
  })
  await createObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const container = {
    name: 'app',
    image: `${imageRegistry}busybox:1.36`,
    command: ['sh', '-c', 'trap "exit 0" TERM; while true; do sleep 1; done'],
  }
  const spec = { terminationGracePeriodSeconds: 1, containers: [container] }
  await createObject(connection, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box', namespace }, spec })
  const isRunning = { resource: 'pods', namespace, name: 'box' }
  await waitFor(connection, isRunning, (pod) => pod?.status?.['phase'] === 'Running', { timeout: 90_000 })
})

afterAll(async () => {
  terminals.stop()
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: namespace }).catch(() => undefined)
  await connection.close()
  await cluster.stop()
  rmSync(folder, { recursive: true, force: true })
})

const opening = { streamId: 'stream-0001', context: 'test', namespace, columns: 132, rows: 40 }

function read(stream: AsyncIterable<TerminalOutput>) {
  const seen = { text: '', exit: undefined as TerminalOutput | undefined }
  const done = (async () => {
    for await (const output of stream) {
      if (output.type === 'data') seen.text += output.data
      else if (output.type === 'exited') seen.exit = output
    }
  })()
  done.catch(() => undefined)
  return { seen, done }
}

it('drives a shell in a pod', async () => {
  const { seen, done } = read(terminals.shell({ ...opening, pod: 'box', container: 'app' }))
  await until(() => /[$#] /.test(seen.text), 'the prompt')
  // The size arrives beside the start of the shell: it asks until it has.
  terminals.input(opening.streamId, 'until [ "$(stty size)" = "40 132" ]; do sleep 0.1; done; stty size\r')
  await until(() => /^40 132\r?$/m.test(seen.text), 'the size')
  terminals.input(opening.streamId, 'echo $((6 * 7)); exit 5\r')
  await done
  expect(seen.text).toMatch(/42\r\n/)
  expect(seen.exit).toMatchObject({ exitCode: 5 })
})

it('runs the real kubectl against this context and namespace alone', async () => {
  const { seen, done } = read(terminals.kubectl(opening))
  await until(() => /[$#] /.test(seen.text), 'the prompt')
  terminals.input(opening.streamId, 'kubectl get pods -o name; kubectl config get-contexts -o name | wc -l; exit\r')
  await done
  expect(seen.text).toContain('pod/box')
  expect(seen.text).toMatch(/\n1\r?\n/)
})
