import type { Scope } from '#shared/contract/base.ts'
import type { StepControl } from '../tasks/tasks.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import { listObjects, restartWorkload, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { untilRolledOut } from '../../objects/rolloutWait.ts'
import type { SuiteServices } from './restore.ts'

/** Carried by every object of resources/manifests. */
const suiteSelector = 'app.kubernetes.io/part-of=agency-swarm'
const deploymentKind = { apiVersion: 'apps/v1', kind: 'Deployment' }

/** Milliseconds until the services must be healthy again; the longest startup probe of the manifests allows 90 s a pod. */
const healthTimeout = 300_000

/**
 * The suite's Deployments. All of them restart after a swap: those that hold connections to the database, and the cache, which would
 * give answers from the other data.
 */
export function suiteServices(directory: ClusterDirectory, { context: cluster, namespace }: Scope): SuiteServices {
  const deployments = async (connection: ClusterConnection, signal?: AbortSignal) =>
    listObjects(connection, deploymentKind, { namespace, labelSelector: suiteSelector, ...(signal && { signal }) })
  return {
    images: async (signal) => {
      const all = await deployments(await directory.connection(cluster), signal)
      return Object.fromEntries(all.map((deployment) => [deployment.metadata.name, imageOf(deployment)]))
    },
    list: async (signal) => {
      const all = await deployments(await directory.connection(cluster), signal)
      return all
        .map((deployment) => ({ name: deployment.metadata.name, pods: replicasOf(deployment) }))
        .filter(({ pods }) => pods > 0)
    },
    restart: async (step: StepControl) => {
      const connection = await directory.connection(cluster)
      const all = await deployments(connection)
      for (const { metadata } of all) {
        step.detail(`Restarting ${metadata.name}.`)
        await restartWorkload(connection, { ...deploymentKind, namespace, name: metadata.name })
      }
      step.detail(`${all.length} services are restarting.`)
    },
    untilHealthy: async (step: StepControl) => {
      const connection = await directory.connection(cluster)
      const names = (await deployments(connection)).map(({ metadata }) => metadata.name)
      const counts = new Map<string, { ready: number; wanted: number }>()
      await Promise.all(
        names.map((name) =>
          untilRolledOut(
            connection,
            { ...deploymentKind, namespace, name },
            {
              timeout: healthTimeout,
              onState: ({ ready, wanted, detail, isDone }) => {
                counts.set(name, { ready, wanted })
                const all = [...counts.values()]
                const done = all.reduce((sum, one) => sum + one.ready, 0)
                step.progress({ done, total: all.reduce((sum, one) => sum + one.wanted, 0), unit: 'pods' })
                if (!isDone) step.detail(`${name}: ${detail}`)
              },
            },
          ),
        ),
      )
      step.detail(`${names.length} services are ready.`)
    },
  }
}

const replicasOf = (deployment: KubeObject) => (deployment.spec as { replicas?: number } | undefined)?.replicas ?? 1

function imageOf(deployment: KubeObject): string {
  const spec = deployment.spec as { template?: { spec?: { containers?: { image?: string }[] } } } | undefined
  return spec?.template?.spec?.containers?.[0]?.image ?? ''
}
