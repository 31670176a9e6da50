import type { ClusterConnection } from '../../../kube/index.ts'
import type { Guard, GuardedTerminal } from './guard.ts'

/** What the loopback proxy of one terminal works with. */
export interface ProxyNeeds {
  terminal: GuardedTerminal
  guard: Guard
  /** The engine's own connection to the terminal's cluster. */
  connection: () => Promise<ClusterConnection>
}
