import { FolderTree } from 'lucide-react'
import { useMemo } from 'react'
import { useCall } from '../client/index.ts'
import { findObjects } from './findObjects.ts'
import type { FinderProps } from './feature.ts'
import { useActions } from './state/actions.ts'
import { useCurrentCluster } from './state/clusters.ts'
import { chooseNamespace } from './state/location.ts'

/** Finds namespaces of the current cluster while the palette is open. */
export function NamespaceFinder({ query }: FinderProps) {
  const cluster = useCurrentCluster()
  return !cluster || query === '' ? null : <Finder context={cluster.id} cluster={cluster.cluster} query={query} />
}

function Finder({ context, cluster, query }: FinderProps & { context: string; cluster: string }) {
  const { value } = useCall((client, signal) => client.clusters.namespaces({ context }, { signal }), [context])
  const actions = useMemo(() => {
    const namespaces = (value?.namespaces ?? []).map((name) => ({
      name,
      what: 'Namespace',
      icon: FolderTree,
      open: () => chooseNamespace(cluster, name),
      actions: () => [],
    }))
    return findObjects('namespaces', namespaces, query)
  }, [value, cluster, query])
  useActions('found.namespaces', actions)
  return null
}
