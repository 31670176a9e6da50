import { asConsoleError, faultOf } from '#shared/errors.ts'
import { patiently } from '../../../kube/index.ts'
import type { KubeObject } from '../../../kube/index.ts'
import type { StepControl, TaskControl } from '../../tasks/tasks.ts'
import type { RenderedStage } from '#shared/bundle/index.ts'
import { counted, idOf, present, titleOf } from '../../../objects/objects.ts'
import { stageTitle, workloadsOf } from '../stages.ts'
import { applyObject, lineOf } from './applyObject.ts'
import { patienceOf, writeProgress, type RunJob } from './job.ts'
import { pruneConfirmed } from './pruneConfirmed.ts'
import { waitForAll } from './waits.ts'

/**
 * Stage by stage: apply, then wait. A stage that fails stops the run, which any console can resume at that stage or undo.
 * @throws ConsoleError DEPLOY_FAILED or TIMEOUT with the pod's reason and its last log lines; CONFLICT; what the cluster answers
 */
export async function runStages(job: RunJob, control: TaskControl): Promise<void> {
  const { id, version, profile } = job.record
  control.result({ runId: id, version, profile })
  try {
    if (job.record.wantsBackup) await backUp(job, control)
    for (const stage of job.stages) {
      if (job.record.doneStages.includes(stage.id)) control.skip(stage.id, 'Done before.')
      else await control.step(stage.id, (step) => runStage(job, stage, step, control))
    }
    if (job.record.pruned.length > 0) await control.step('prune', (step) => pruneConfirmed(job, step, control))
    await control.step('release', (step) => finish(job, step))
  } catch (thrown) {
    await recordEnd(job, thrown, control)
    throw thrown
  }
}

/** The cluster may be the reason; then the record stays as it is, and the lease runs out. */
export async function recordEnd(job: RunJob, thrown: unknown, control: TaskControl): Promise<void> {
  const fault = faultOf(control.signal.aborted ? (control.signal.reason ?? thrown) : thrown)
  for (const line of logLinesOf(fault.details)) control.log('error', line)
  // Another console has taken over: the record is its own now.
  if (fault.code === 'BUSY') return
  const isStopped = fault.code === 'CANCELLED'
  const end = {
    state: isStopped ? 'stopped' : 'failed',
    // The details may be long, and the log has them.
    fault: isStopped ? null : { ...fault, details: {} },
  } as const
  await writeProgress(job, { ...end, endedAt: job.now() }).catch((error: unknown) =>
    control.log('warn', `The record could not be written. ${asConsoleError(error).message}`),
  )
}

const logLinesOf = (details: Record<string, unknown>) =>
  Array.isArray(details['lastLogLines']) ? details['lastLogLines'].map(String) : []

async function backUp(job: RunJob, control: TaskControl): Promise<void> {
  const { backupId } = job.record
  if (backupId !== '') {
    control.skip('backup', `Done before: ${backupId}.`)
    return
  }
  await control.step('backup', async (step) => {
    const taken = await job.takeSafetyBackup(step, control.signal)
    await writeProgress(job, { backupId: taken })
    control.result({ backupId: taken })
    step.detail(`Backup ${taken}.`)
  })
}

async function runStage(job: RunJob, stage: RenderedStage, step: StepControl, control: TaskControl): Promise<void> {
  const { connection, record } = job
  const { signal } = control
  const patience = patienceOf(step, signal)
  // Known before anything is applied: what is not there now is this run's, also when it is killed at the next line.
  const absent = await patiently(connection, () => absentIds(job, stage.objects, signal), patience)
  const created = [...new Set([...record.created, ...absent])]
  const begun = { stage: stageTitle(stage.id), state: 'applying' as const, fault: null, created }
  await patiently(connection, () => writeProgress(job, begun, signal), patience)
  for (const [index, object] of stage.objects.entries()) {
    signal.throwIfAborted()
    step.detail(`Applying ${titleOf(object)}.`)
    step.progress({ done: index, total: stage.objects.length, unit: 'objects' })
    const rules = job.rulesOf(idOf(object))
    const circumstances = { ...patience, rules, isReplaced: record.replaced.includes(idOf(object)) }
    for (const note of await applyObject(connection, object, circumstances)) control.log('info', lineOf(object, note))
  }
  step.progress({ done: stage.objects.length, total: stage.objects.length, unit: 'objects' })
  const workloads = workloadsOf(stage.objects)
  await waitForAll(connection, workloads, step, control)
  const ready = workloads.length > 0 ? `, ${workloads.map(({ metadata }) => metadata.name).join(', ')} ready` : ''
  step.detail(`${counted(stage.objects.length, 'object')} applied${ready}.`)
  const doneStages = [...job.record.doneStages, stage.id]
  await patiently(connection, () => writeProgress(job, { doneStages }, signal), patience)
}

async function absentIds({ connection }: RunJob, objects: KubeObject[], signal: AbortSignal): Promise<string[]> {
  const found = await Promise.all(objects.map((object) => present(connection, object, signal)))
  return objects.filter((_object, index) => found[index] === undefined).map(idOf)
}

async function finish(job: RunJob, step: StepControl): Promise<void> {
  const schema = await job.newestMigration()
  const end = { state: 'done' as const, stage: '', fault: null, endedAt: job.now(), schema }
  await patiently(job.connection, () => writeProgress(job, end))
  await job.store.retain()
  step.detail(`Release ${job.record.id}.`)
}
