import type { SuiteHold } from '../../../objects/suiteLeases.ts'
import type { DatabaseServer } from '../../../ports/databaseServer.ts'
import type { Task, TaskControl } from '../../tasks/tasks.ts'
import { Tasks } from '../../tasks/tasks.ts'
import type { JournalHooks } from '../../../storage/jsonLines.ts'
import { sameCluster } from '../../../testing/sameCluster.ts'
import { RestoreJournals } from '../journal.ts'
import { newRecoveryId } from '../names.ts'
import { recoverRestore, recoverSteps } from '../recover.ts'
import { restoreSteps, type RestoreJob, type SuiteServices } from '../restore.ts'
import type { Catalogue } from '../catalogue.ts'
import { folderCatalogue } from '../folderCatalogue.ts'
import { takeBackup } from '../take.ts'
import { undoSteps } from '../undo.ts'
import { verifySteps } from '../verify.ts'
import { place } from './suite.ts'

/** Services that are always well, or fail their health check as often as told. */
export function services(failures = 0): SuiteServices & { restarts: number } {
  let left = failures
  return {
    restarts: 0,
    images: () => Promise.resolve({}),
    list: () => Promise.resolve([{ name: 'backend', pods: 1 }]),
    restart() {
      this.restarts += 1
      return Promise.resolve()
    },
    untilHealthy: () => (left-- > 0 ? Promise.reject(new Error('backend does not answer')) : Promise.resolve()),
  }
}

export const takeNow = (
  server: DatabaseServer,
  catalogue: Catalogue,
  reason: string,
  signal = new AbortController().signal,
) =>
  takeBackup(server, catalogue, {
    suite: place,
    clusterName: 'test',
    by: 'maya',
    reason,
    images: {},
    now: Date.now,
    signal,
    onBytes: () => undefined,
    onDetail: () => undefined,
  })

export interface JobOptions {
  server: DatabaseServer
  dataDirectory: string
  backupId: string
  restoreId?: string
  services?: SuiteServices
  hooks?: JournalHooks
  hold?: Pick<SuiteHold, 'check'>
}

/** Where no other console is about. */
const alwaysHeld = { check: () => Promise.resolve() }

export function restoreJob(options: JobOptions): RestoreJob {
  const { server, dataDirectory, backupId, hooks } = options
  const restoreId = options.restoreId ?? newRecoveryId(Date.now())
  const catalogue = folderCatalogue(dataDirectory)
  return {
    server,
    catalogue,
    services: options.services ?? services(),
    journal: new RestoreJournals(dataDirectory, Date.now, hooks).of(place, restoreId),
    suite: place,
    source: place,
    restoreId,
    backupId,
    by: 'maya',
    hold: options.hold ?? alwaysHeld,
    takeSafetyBackup: async (_step, signal) => (await takeNow(server, catalogue, 'safety', signal)).id,
  }
}

const known = { restore: restoreSteps, undoRestore: undoSteps, recoverRestore: recoverSteps, verify: verifySteps }

/** Runs the work as a task of the engine and gives the ended task. */
export async function runTask(
  dataDirectory: string,
  kind: keyof typeof known,
  work: (control: TaskControl) => Promise<void>,
  onChange: (task: Task, tasks: Tasks) => void = () => undefined,
): Promise<Task> {
  const tasks = new Tasks(dataDirectory, sameCluster.suiteOf)
  tasks.changes.on((task) => onChange(task, tasks))
  const { taskId } = tasks.start(
    {
      kind,
      scope: { context: place.cluster, namespace: place.namespace },
      title: kind,
      by: 'maya',
      steps: known[kind],
    },
    work,
  )
  return tasks.ended(taskId)
}

/** Recovers what a killed console left, as a task. */
export const recoverNow = (dataDirectory: string, job: RestoreJob) =>
  runTask(dataDirectory, 'recoverRestore', (control) => recoverRestore(job, control))
