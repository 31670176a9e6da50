import { pending } from './pending.ts'
import type { Duplex } from 'node:stream'
import type { ClusterConnection, PortForward, PortForwardOptions } from './types.ts'
/** One connection to a pod's port, in process: for pg's `stream` option and the like. */
export function openPort(
  _connection: ClusterConnection,
  _options: Omit<PortForwardOptions, 'localPort'>,
): Promise<Duplex> {
  throw pending('openPort')
}
export function portForward(_connection: ClusterConnection, _options: PortForwardOptions): Promise<PortForward> {
  throw pending('portForward')
}
