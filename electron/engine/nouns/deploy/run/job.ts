import type { ClusterConnection } from '../../../kube/index.ts'
import type { StepControl, TaskDescription } from '../../tasks/tasks.ts'
import type { ApplyRules } from '../applyRules.ts'
import type { RenderedStage } from '#shared/bundle/index.ts'
import type { ReleaseProgress, ReleaseRecord } from '../releases/record.ts'
import type { ReleaseStore } from '../releases/store.ts'
import { stageTitle } from '../stages.ts'

/** One run of a release on a cluster. */
export interface RunJob {
  connection: ClusterConnection
  namespace: string
  store: ReleaseStore
  /** As the cluster has it; replaced at each step. */
  record: ReleaseRecord
  /** The record's, with the values of secrets. */
  stages: RenderedStage[]
  rulesOf: (id: string) => ApplyRules
  takeSafetyBackup: (step: StepControl, signal: AbortSignal) => Promise<string>
  /** Newest migration of the live database; empty when it cannot be asked. */
  newestMigration: () => Promise<string>
  now: () => number
  /** For tests, which end the process right after the record says something. */
  onRecorded: (record: ReleaseRecord) => void
}

export async function writeProgress(
  job: RunJob,
  change: Partial<ReleaseProgress>,
  signal?: AbortSignal,
): Promise<void> {
  job.record = await job.store.update(job.record, change, signal)
  job.onRecorded(job.record)
}

export const runSteps = ({ stages, wantsBackup, pruned }: ReleaseRecord): TaskDescription['steps'] => [
  ...(wantsBackup ? [{ id: 'backup', title: 'Back up the database', group: 'safe' as const }] : []),
  ...stages.map(({ id }) => ({ id, title: stageTitle(id), group: 'change' as const })),
  ...(pruned.length > 0
    ? [{ id: 'prune', title: 'Delete what is no longer part of the suite', group: 'change' as const }]
    : []),
  { id: 'release', title: 'Record the release', group: 'change' },
]

/** How a step waits for an API server that is away, and says so. */
export const patienceOf = (step: StepControl, signal: AbortSignal) => ({
  signal,
  onWait: (reason: string) => {
    if (reason !== '') step.detail(`The cluster does not answer; trying again for two minutes. ${reason}`)
  },
})
