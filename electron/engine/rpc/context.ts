import type { AuditLog } from '../nouns/audit/log.ts'
import type { ClusterDirectory } from '../ports/directory.ts'

/** What every call may use; built once in index.ts. */
export interface EngineContext {
  directory: ClusterDirectory
  audit: AuditLog
  user: string
}
