import type { Scope } from '#shared/contract/base.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import type { Host } from '../../ports/host.ts'
import type { SuiteLeases } from '../../objects/suiteLeases.ts'
import type { StepControl, Tasks } from '../tasks/tasks.ts'
import type { ReleaseRecord } from './releases/record.ts'

/** What deployments need from the other nouns; put together in engine/index.ts. */
export interface DeploymentsNeeds {
  tasks: Tasks
  directory: ClusterDirectory
  leases: SuiteLeases
  host: Pick<Host, 'dataDirectory' | 'resourcesDirectory' | 'user' | 'version' | 'now'>
  /** Registry of the images with a trailing slash; empty leaves the profile's. */
  imageRegistry: () => string
  /** Migrations of the live database, oldest first; undefined when it cannot be asked. */
  appliedMigrations: (scope: Scope, signal?: AbortSignal) => Promise<string[] | undefined>
  /** @returns the backup's id */
  takeSafetyBackup: (scope: Scope, reason: string, step: StepControl, signal: AbortSignal) => Promise<string>
  /** For tests, which end the process right after the record says something. */
  onRecorded?: (record: ReleaseRecord) => void
}
