import { patiently, removeObject } from '../../../kube/index.ts'
import type { StepControl, TaskControl } from '../../tasks/tasks.ts'
import { counted, refOfId } from '../../../objects/objects.ts'
import { keptKinds } from '../plan/prune.ts'
import { patienceOf, type RunJob } from './job.ts'

/** Deletes what was listed in the plan and confirmed, last of all: nothing of the new release uses it. */
export async function pruneConfirmed(job: RunJob, step: StepControl, control: TaskControl): Promise<void> {
  const { connection, namespace, record } = job
  const { signal } = control
  const doomed = record.pruned.filter((id) => !keptKinds.has(refOfId(id, namespace).kind))
  for (const [index, id] of doomed.entries()) {
    signal.throwIfAborted()
    const ref = refOfId(id, namespace)
    step.detail(`Deleting ${ref.kind} ${ref.name}.`)
    step.progress({ done: index, total: doomed.length, unit: 'objects' })
    await patiently(connection, () => removeObject(connection, ref, { signal }), patienceOf(step, signal))
    control.log('info', `${ref.kind} ${ref.name} was deleted: it is no longer part of the suite.`)
  }
  for (const id of record.pruned.filter((each) => !doomed.includes(each)))
    control.log('warn', `${id} is kept: what is in it exists nowhere else. Delete it by hand when nothing needs it.`)
  step.progress({ done: doomed.length, total: doomed.length, unit: 'objects' })
  step.detail(`${counted(doomed.length, 'object')} deleted.`)
}
