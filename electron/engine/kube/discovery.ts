import { pending } from './pending.ts'
import type { ClusterConnection, Resources } from './types.ts'
/** Kept per connection; `refresh` asks again. */
export function discover(
  _connection: ClusterConnection,
  _options: { refresh?: boolean; signal?: AbortSignal } = {},
): Promise<Resources> {
  throw pending('discover')
}
