import type { RecordEvent, Store } from '../store/types.ts'
import type { LoopbackAddresses } from './addresses.ts'
import type { Directories } from './directories.ts'
import type { HostPrograms } from './images/hostPrograms.ts'
import type { ContainerLog } from './logs/containerLog.ts'
import type { ProcessLauncher } from './processes/types.ts'

export const nodeName = 'sandbox-node'

/** Waits of the kubelet; tests shorten them. All in milliseconds. */
export interface NodeTiming {
  /** First wait after a crash; doubles up to the maximum (kubelet: 10 s, 5 min). */
  backOffBase: number
  backOffMaximum: number
  /** Between two attempts at something that is missing: a ConfigMap, a claim that is not bound. */
  retry: number
  /** Between two looks at memory and processor time. */
  sample: number
  heartbeat: number
}

export const kubeletTiming: NodeTiming = {
  backOffBase: 10_000,
  backOffMaximum: 300_000,
  retry: 2_000,
  sample: 2_000,
  heartbeat: 10_000,
}

/** What every part of the node works with. */
export interface NodeContext {
  store: Store
  recordEvent: RecordEvent
  launcher: ProcessLauncher
  directories: Directories
  addresses: LoopbackAddresses
  /** Cores and bytes. */
  capacity: Record<string, number>
  /** Looks again each time an image was missing: the administrator may have installed it meanwhile. */
  programs: (options?: { refresh: boolean }) => HostPrograms
  /** The bundled podBootstrap. */
  podBootstrap: string | undefined
  /** `host:port` of the name server. */
  resolver: () => string
  logOf: (podUid: string, container: string) => ContainerLog
  timing: NodeTiming
}
