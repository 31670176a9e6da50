import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import { removeObject, type ClusterConnection } from '../../kube/index.ts'
import { connectTo } from '../../testing/connectTo.ts'
import { smallBundle, type SmallBundle } from './testing/smallBundle.ts'
import { succeeded, testConsole, type TestConsole } from './testing/console.ts'

let cluster: TestCluster
let connection: ClusterConnection
let bundle: SmallBundle
let maya: TestConsole
let restart: Promise<void> | undefined
const scope = { context: 'context:test', namespace: `restart-test-${process.pid}` }
const canRestart =
  process.env.CONSOLE_TEST_KUBECONFIG === undefined || process.env.CONSOLE_TEST_RESTART_API_SERVER !== undefined

beforeAll(async () => {
  cluster = await startCluster()
  connection = connectTo(cluster)
  bundle = await smallBundle()
})
afterAll(async () => {
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: scope.namespace })
  await connection.close()
  await cluster.stop()
  await bundle.remove()
  await maya.remove()
})

it.runIf(canRestart)(
  'continues when the API server is restarted in the middle of it, and says that it waits',
  { timeout: 200_000 },
  async () => {
    const onRecorded = ({ stage }: { stage: string }) => {
      if (stage === 'Storage and database') restart ??= cluster.restartApiServer()
    }
    maya = await testConsole({ connection, resourcesDirectory: bundle.path, needs: { onRecorded } })
    const details = new Set<string>()
    maya.tasks.changes.on(({ steps }) => steps.forEach(({ detail }) => details.add(detail)))
    succeeded(await maya.deploy(scope))
    await restart
    expect([...details].some((detail) => /cluster does not answer|for the cluster to answer/.test(detail))).toBe(true)
    expect((await maya.releases.list(scope)).map(({ state }) => state)).toEqual(['done'])
    expect((await maya.drift.check(scope)).objects).toEqual([])
  },
)
