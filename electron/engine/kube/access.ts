import { pending } from './pending.ts'
import type { AccessAnswer, AccessCheck, ClusterConnection } from './types.ts'
/** What the connection's user may do: one answer per check, in order. */
export function accessReview(
  _connection: ClusterConnection,
  _checks: readonly AccessCheck[],
  _options: { signal?: AbortSignal } = {},
): Promise<AccessAnswer[]> {
  throw pending('accessReview')
}
