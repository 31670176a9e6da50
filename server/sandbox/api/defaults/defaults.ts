import type { ResourceRow } from '../../store/resources.ts'
import type { KubeObject } from '../../store/types.ts'
import { clusterDefaults } from './cluster.ts'
import { workloadDefaults } from './workloads.ts'

/** Fills in what a Kubernetes API server fills in, in place. */
export function applyDefaults(row: ResourceRow, object: KubeObject): void {
  const fill = workloadDefaults[row.name] ?? clusterDefaults[row.name]
  fill?.(object)
  if (row.subresources.includes('status') && row.name !== 'namespaces') object.status ??= {}
}
