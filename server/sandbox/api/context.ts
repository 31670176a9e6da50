import type { RevisionedStore } from '../store/memoryStore.ts'
import type { Credentials } from './identity/credentials.ts'
import type { AllocateClusterIp, PodEndpoints } from './podEndpoints.ts'

/** What every handler works with. */
export interface ApiContext {
  store: RevisionedStore
  credentials: Credentials
  allocateClusterIp: AllocateClusterIp
  /** Absent while there is no node. */
  endpoints: PodEndpoints | undefined
}
