import type { ContextRow } from '#shared/contract/clusters.ts'
import { EnvironmentChip } from '../kit/index.ts'

/** Which cluster a dialog reaches: its environment and its name. Every confirmation shows it. */
export function ClusterMark({ cluster }: { cluster: ContextRow }) {
  return (
    <span className="app-cluster-mark">
      <EnvironmentChip environment={cluster.environment} />
      <span className="mono truncate" title={cluster.name}>
        {cluster.name}
      </span>
    </span>
  )
}
