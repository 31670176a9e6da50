import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { imageRegistry, startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import type { ClusterDirectory } from '../ports/directory.ts'
import { createObject, removeObject, type ClusterConnection, type KubeObject } from '../kube/index.ts'
import { connectTo } from './connectTo.ts'
import { Tasks, type Task } from '../nouns/tasks/tasks.ts'
import { SuiteLeases } from '../objects/suiteLeases.ts'
import { sameCluster } from './sameCluster.ts'

/** A namespace of its own on the test cluster, and what a noun needs to work in it. */
export interface TestNamespace {
  cluster: TestCluster
  connection: ClusterConnection
  directory: ClusterDirectory
  leases: SuiteLeases
  tasks: Tasks
  scope: { context: string; namespace: string }
  /** Creates an object in the namespace. */
  create(object: Omit<KubeObject, 'metadata'> & { metadata: Partial<KubeObject['metadata']> }): Promise<KubeObject>
  /** The task when it has ended. */
  ended(started: { taskId: string }): Promise<Task>
  stop(): Promise<void>
}

/** @param name becomes part of the namespace's name; unique per test file */
export async function testNamespace(name: string): Promise<TestNamespace> {
  const cluster = await startCluster()
  const connection = connectTo(cluster)
  const namespace = `${name}-${Date.now().toString(36)}`
  const folder = await mkdtemp(join(tmpdir(), 'console-noun-'))
  const tasks = new Tasks(folder, sameCluster.suiteOf)
  await createObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const directory: ClusterDirectory = {
    ...sameCluster,
    facts: () => ({ name: 'test', environment: 'sandbox', role: 'administrator' }),
    connection: () => Promise.resolve(connection),
  }
  return {
    cluster,
    connection,
    tasks,
    directory,
    leases: new SuiteLeases({ directory, worker: { id: namespace, name: 'maya on here' } }),
    scope: { context: 'context:test', namespace },
    create: ({ metadata, ...rest }) =>
      createObject(connection, { ...rest, metadata: { name: '', ...metadata, namespace } } as KubeObject),
    ended: ({ taskId }) => tasks.ended(taskId),
    stop: async () => {
      await tasks.stop()
      await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: namespace })
      await connection.close()
      await cluster.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A container that does nothing until it is told to end. */
export const idleContainer = {
  name: 'app',
  image: `${imageRegistry}busybox:1.36`,
  command: ['sh', '-c', 'trap "exit 0" TERM; while true; do sleep 1; done'],
}

/** Replicas, selector and template of a workload whose pods are labelled `app: <name>`. */
export const workloadSpec = (name: string, replicas: number, container: object = {}, pod: object = {}) => ({
  replicas,
  selector: { matchLabels: { app: name } },
  template: {
    metadata: { labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ ...idleContainer, ...container }], ...pod },
  },
})
