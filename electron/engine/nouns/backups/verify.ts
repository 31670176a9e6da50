import type { Suite } from '#shared/contract/base.ts'
import type { DatabaseServer } from '../../ports/databaseServer.ts'
import type { TaskControl, TaskDescription } from '../tasks/tasks.ts'
import { ConsoleError } from '#shared/errors.ts'
import { archiveOf } from './manifest.ts'
import { applicationName, derivedDatabase, newRecoveryId } from './names.ts'
import { withMaintenance } from './sessions.ts'
import type { Catalogue } from './catalogue.ts'
import { compareWithManifest, fill, unfitness } from './trial.ts'
import type { TrialDatabases } from './trials.ts'

export const verifySteps: TaskDescription['steps'] = [
  { id: 'check', title: 'Check the archive', group: 'safe' },
  { id: 'fill', title: 'Restore into a scratch database', group: 'safe' },
  { id: 'compare', title: 'Compare with the backup', group: 'safe' },
  { id: 'drop', title: 'Remove the scratch database', group: 'safe' },
]

export interface VerifyJob {
  server: DatabaseServer
  catalogue: Catalogue
  suite: Suite
  backupId: string
  by: string
  trials: TrialDatabases
  now: () => number
}

/**
 * A trial restore. Only when it gave back what was dumped the backup is called verified.
 * @throws ConsoleError ARCHIVE_DAMAGED, VERIFICATION_FAILED, COMMAND_FAILED, CANCELLED; the scratch database is gone in every case
 */
export async function verifyBackup(job: VerifyJob, control: TaskControl): Promise<void> {
  const { server, catalogue, suite, backupId, now, trials } = job
  const { signal } = control
  const trialId = newRecoveryId(now())
  const database = derivedDatabase(server.database, 'trial', trialId)
  const backup = await control.step('check', async (step) => {
    const checked = await catalogue.checked(suite, backupId, signal)
    const reasons = await withMaintenance(server, (session) => unfitness(server, session, checked))
    if (reasons.length > 0)
      throw new ConsoleError('VERIFICATION_FAILED', `It cannot be tried here. ${reasons.join(' ')}`)
    step.detail('Every byte is as it was written.')
    return checked
  })
  const openArchive = () => catalogue.readArchive(suite, backupId)
  const request = { database, backup, openArchive, application: applicationName('trial', trialId), signal }
  try {
    await control.step('fill', async (step) => {
      await trials.create(server, database)
      await fill(server, request, step)
    })
    await control.step('compare', (step) => compareWithManifest(server, request, step))
  } catch (error) {
    await trials.drop(server, database)
    throw error
  }
  await control.step('drop', () => trials.drop(server, database))
  const archive = archiveOf(backup).sha256
  await catalogue.recordVerified(suite, { id: backupId, at: now(), by: job.by, archive })
  control.result({ backupId })
}
