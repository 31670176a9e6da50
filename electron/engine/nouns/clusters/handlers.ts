import type { ClusterDirectory } from '../../ports/directory.ts'
import { accessReview, listObjects } from '../../kube/index.ts'
import { asConsoleError } from '#shared/errors.ts'
import { engine } from '../../rpc/router.ts'
import { suiteNamespace, type ClusterList, type Clusters } from './clusters.ts'

/** What this product asks of a namespace; the access matrix of the Security page grows from it. */
const asked = [
  { verb: 'list', resource: 'pods' },
  { verb: 'delete', resource: 'pods' },
  { verb: 'get', resource: 'pods', subresource: 'log' },
  { verb: 'create', resource: 'pods', subresource: 'exec' },
  { verb: 'create', resource: 'pods', subresource: 'portforward' },
  { verb: 'list', resource: 'events' },
  { verb: 'get', resource: 'secrets' },
  { verb: 'create', resource: 'secrets' },
  { verb: 'patch', group: 'apps', resource: 'deployments' },
  { verb: 'patch', group: 'apps', resource: 'statefulsets' },
  { verb: 'get', group: 'metrics.k8s.io', resource: 'pods' },
]

export function clustersNoun({ clusters }: { clusters: Clusters }) {
  const handlers = {
    watch: engine.clusters.watch.handler(async function* ({ signal }) {
      for await (const lists of clusters.changes.batches([clusters.list()], () => 'list', signal)) {
        const newest: ClusterList | undefined = lists.at(-1)
        if (newest) yield newest
      }
    }),
    check: engine.clusters.check.handler(async ({ input }) => {
      if (input.cluster === undefined) clusters.checkAll()
      else await clusters.check(input.cluster)
    }),
    setEnvironment: engine.clusters.setEnvironment.handler(({ input }) =>
      clusters.setEnvironment(input.cluster, input.environment),
    ),
    namespaces: engine.clusters.namespaces.handler(({ input, signal }) => namespaces(clusters, input.cluster, signal)),
    permissions: engine.clusters.permissions.handler(async ({ input, signal }) => {
      const connection = await clusters.connection(input.cluster)
      const checks = asked.map((check) => ({ ...check, namespace: input.namespace }))
      const answers = await accessReview(connection, checks, signal ? { signal } : {})
      return answers.map(({ verb, resource, group, subresource, allowed }) => ({
        verb,
        resource: `${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`,
        allowed,
      }))
    }),
  }
  return { handlers, start: () => clusters.start(), stop: () => clusters.stop() }
}

/** All namespaces where they may be listed; else the ones this console knows of, marked as incomplete. */
async function namespaces(directory: ClusterDirectory, cluster: string, signal?: AbortSignal) {
  const connection = await directory.connection(cluster)
  try {
    const found = await listObjects(connection, { apiVersion: 'v1', kind: 'Namespace' }, signal ? { signal } : {})
    return { namespaces: found.map((namespace) => namespace.metadata.name).sort(), complete: true }
  } catch (thrown) {
    if (asConsoleError(thrown).code !== 'FORBIDDEN') throw thrown
    const own = connection.context.namespace
    return { namespaces: [...new Set([suiteNamespace, ...(own ? [own] : [])])], complete: false }
  }
}

export function sandboxNoun({ clusters }: { clusters: Clusters }) {
  const handlers = {
    start: engine.sandbox.start.handler(() => clusters.startSandbox()),
    stop: engine.sandbox.stop.handler(() => clusters.stopSandbox()),
    reset: engine.sandbox.reset.handler(() => clusters.resetSandbox()),
  }
  return { handlers }
}
