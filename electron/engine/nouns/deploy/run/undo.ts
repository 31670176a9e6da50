import { patiently, removeObject, type KubeObject } from '../../../kube/index.ts'
import type { StepControl, TaskControl, TaskDescription } from '../../tasks/tasks.ts'
import { noRules } from '../applyRules.ts'
import { counted, idOf, refOfId, titleOf } from '../../../objects/objects.ts'
import { keptKinds } from '../plan/prune.ts'
import { objectsOf, type ReleaseRecord } from '../releases/record.ts'
import { verdictBetween } from '../releases/schemaVerdict.ts'
import { workloadsOf } from '../stages.ts'
import { applyYielding, lineOf } from './applyObject.ts'
import { patienceOf, writeProgress, type RunJob } from './job.ts'
import { recordEnd } from './runStages.ts'
import { waitForAll } from './waits.ts'

export const undoSteps: TaskDescription['steps'] = [
  { id: 'return', title: 'Apply the release before', group: 'change' },
  { id: 'wait', title: 'Wait for the release before', group: 'change' },
  { id: 'remove', title: 'Delete what the run made', group: 'change' },
  { id: 'record', title: 'Record the undo', group: 'change' },
]

export interface UndoJob extends RunJob {
  /** What was live before the run; undefined for the first one. */
  previous: ReleaseRecord | undefined
}

/**
 * Back to the release before: its objects are applied again, those that the run made are deleted. The namespace, volumes and secrets
 * stay. Migrations are not taken back; the releases' list says what that means for the one before.
 */
export async function undoRun(job: UndoJob, control: TaskControl): Promise<void> {
  const { connection, previous } = job
  const earlier = previous ? objectsOf(previous).filter(isTakenBack) : []
  if (previous) {
    const live = { ...job.record, schema: await job.newestMigration() }
    const { state, detail } = verdictBetween(previous, [live, previous], undefined)
    control.log(state === 'none' ? 'info' : 'warn', detail)
  }
  try {
    await control.step('return', async (step) => {
      await applyEarlier(job, earlier, step, control)
      step.detail(previous ? `Version ${previous.version}.` : 'Nothing was installed before.')
    })
    if (earlier.length > 0)
      await control.step('wait', (step) => waitForAll(connection, workloadsOf(earlier), step, control))
    else control.skip('wait', 'Nothing was installed before.')
    await control.step('remove', (step) => removeMade(job, new Set(earlier.map(idOf)), step, control))
    await control.step('record', (step) => {
      const end = { state: 'undone' as const, stage: '', fault: null, endedAt: job.now() }
      return patiently(connection, () => writeProgress(job, end), patienceOf(step, control.signal))
    })
  } catch (thrown) {
    await recordEnd(job, thrown, control)
    throw thrown
  }
}

async function applyEarlier(
  job: UndoJob,
  earlier: KubeObject[],
  step: StepControl,
  control: TaskControl,
): Promise<void> {
  const { connection, previous, record } = job
  const { signal } = control
  const patience = patienceOf(step, signal)
  // From here on none of its stages is as it left it: a resume has to go through all of them again.
  const begun = { state: 'applying' as const, fault: null, stage: 'Undo', doneStages: [] }
  await patiently(connection, () => writeProgress(job, begun, signal), patience)
  const kept = previous?.kept ?? []
  for (const object of earlier) {
    signal.throwIfAborted()
    step.detail(`Applying ${titleOf(object)}.`)
    const fields = kept.filter(({ id }) => id === idOf(object)).map(({ field }) => field)
    const rules = { ...noRules, kept: fields, isAutoscaled: job.rulesOf(idOf(object)).isAutoscaled }
    // What the run replaced has to be replaced again.
    const isReplaced = record.replaced.includes(idOf(object))
    const notes = await applyYielding(connection, object, { ...patience, rules, isReplaced })
    for (const note of notes) control.log('info', lineOf(object, note))
  }
}

async function removeMade(
  job: UndoJob,
  known: ReadonlySet<string>,
  step: StepControl,
  control: TaskControl,
): Promise<void> {
  const { connection, namespace, record } = job
  const { signal } = control
  const isDoomed = (id: string) => !keptKinds.has(refOfId(id, namespace).kind) && !known.has(id)
  // In the order of the stages backwards: first what uses, then what is used.
  const doomed = record.created.filter(isDoomed).reverse()
  for (const [index, id] of doomed.entries()) {
    const ref = refOfId(id, namespace)
    step.detail(`Deleting ${ref.kind} ${ref.name}.`)
    step.progress({ done: index, total: doomed.length, unit: 'objects' })
    await patiently(connection, () => removeObject(connection, ref, { signal }), patienceOf(step, signal))
  }
  step.progress({ done: doomed.length, total: doomed.length, unit: 'objects' })
  step.detail(`${counted(doomed.length, 'object')} deleted. Volumes and secrets are kept.`)
}

/** A Job that has run is history, and the values of Secrets were never recorded. */
const isTakenBack = ({ kind }: KubeObject) => kind !== 'Job' && kind !== 'Secret' && kind !== 'Namespace'
