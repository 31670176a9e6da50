import { pending } from './pending.ts'
import type { ClusterConnection, ConnectOptions, KubeContext } from './types.ts'
export function connect(_context: KubeContext, _options: ConnectOptions = {}): ClusterConnection {
  throw pending('connect')
}
