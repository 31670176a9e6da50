import { pending } from './pending.ts'
import type { ClusterConnection, PodUsage } from './types.ts'
/** A pod that is not in the answer is too new for a sample: that is not zero usage.
 * @throws METRICS_ABSENT, METRICS_NOT_READY, METRICS_FORBIDDEN */
export function podMetrics(
  _connection: ClusterConnection,
  _namespace?: string,
  _options: { labelSelector?: string; signal?: AbortSignal } = {},
): Promise<PodUsage[]> {
  throw pending('podMetrics')
}
