import { pending } from './pending.ts'
import type { ClusterConnection, ExecOptions, ExecSession } from './types.ts'
export function exec(_connection: ClusterConnection, _options: ExecOptions): Promise<ExecSession> {
  throw pending('exec')
}
/** For short commands: collects at most 1 MiB of each output; a non-zero exit is in the result, not an error. */
export function execToCompletion(
  _connection: ClusterConnection,
  _options: ExecOptions & { input?: string | Uint8Array },
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  throw pending('execToCompletion')
}
