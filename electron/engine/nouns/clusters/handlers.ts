import type { ClusterDirectory } from '../../ports/directory.ts'
import { listObjects, sanitise } from '../../kube/index.ts'
import { asConsoleError } from '#shared/errors.ts'
import { engine } from '../../rpc/router.ts'
import type { ClusterList, Clusters } from './clusters.ts'
import { suiteNamespace } from './rows.ts'

export function clustersNoun({ clusters }: { clusters: Clusters }) {
  const handlers = {
    watch: engine.clusters.watch.handler(async function* ({ signal }) {
      for await (const lists of clusters.changes.batches([clusters.list()], () => 'list', signal)) {
        const newest: ClusterList | undefined = lists.at(-1)
        if (newest) yield newest
      }
    }),
    checks: engine.clusters.checks.handler(({ input, signal }) => clusters.checks.attend(input.contexts, signal)),
    check: engine.clusters.check.handler(({ input }) => clusters.check(input.context)),
    setEnvironment: engine.clusters.setEnvironment.handler(({ input }) =>
      clusters.setEnvironment(input.context, input.environment),
    ),
    lowerEnvironment: engine.clusters.lowerEnvironment.handler(({ input }) =>
      clusters.lowerEnvironment(input.context, input.environment),
    ),
    namespaces: engine.clusters.namespaces.handler(({ input, signal }) => namespaces(clusters, input.context, signal)),
  }
  return { handlers, start: () => clusters.start(), stop: () => clusters.stop() }
}

/** All namespaces where they may be listed; else the ones this console knows of, marked as incomplete. */
async function namespaces(directory: ClusterDirectory, context: string, signal?: AbortSignal) {
  const connection = await directory.connection(context)
  try {
    const found = await listObjects(connection, { apiVersion: 'v1', kind: 'Namespace' }, signal ? { signal } : {})
    return { namespaces: found.map((namespace) => sanitise(namespace.metadata.name)).sort(), complete: true }
  } catch (thrown) {
    if (asConsoleError(thrown).code !== 'FORBIDDEN') throw thrown
    const own = connection.context.namespace
    return { namespaces: [...new Set([suiteNamespace, ...(own ? [own] : [])])], complete: false }
  }
}

export function sandboxNoun({ clusters }: { clusters: Clusters }) {
  const handlers = {
    start: engine.sandbox.start.handler(() => clusters.startSandbox()),
    stop: engine.sandbox.stop.handler(() => clusters.sandbox.stop()),
    reset: engine.sandbox.reset.handler(() => clusters.sandbox.reset()),
  }
  return { handlers }
}
