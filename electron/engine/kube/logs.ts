import { pending } from './pending.ts'
import type { ClusterConnection, LogLine, LogOptions } from './types.ts'
export function followLogs(_connection: ClusterConnection, _options: LogOptions): AsyncIterable<LogLine> {
  throw pending('followLogs')
}
