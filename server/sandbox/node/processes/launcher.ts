import { ChildProcessLauncher } from './childProcesses.ts'
import { HostProcessLauncher, hostPort } from './hostProcesses.ts'
import type { ProcessRecord } from './processRecord.ts'
import type { ProcessLauncher } from './types.ts'

/** Children of this process; inside Electron, whose executable must not be run as Node, Node modules go through the app. */
export function createLauncher(record: ProcessRecord): ProcessLauncher {
  const port = hostPort()
  return port === undefined ? new ChildProcessLauncher(record) : new HostProcessLauncher(record, port)
}
