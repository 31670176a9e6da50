import type { KubeObject } from '../kube/index.ts'
import { removeObject } from '../kube/index.ts'
import type { TaskControl, TaskDescription } from '../tasks/tasks.ts'
import { applyOrYield, idOf, present, refOf } from './dryRun.ts'
import { releaseRef, unpackObjects, writeRelease } from './release.ts'
import { keptByUndo, waitForAll, type RunJob } from './run.ts'
import { workloadsOf } from './stages.ts'

export const undoSteps: TaskDescription['steps'] = [
  { id: 'return', title: 'Apply the release before', group: 'change' },
  { id: 'wait', title: 'Wait for the release before', group: 'change' },
  { id: 'remove', title: 'Delete what the run made', group: 'change' },
  { id: 'record', title: 'Record the undo', group: 'change' },
]

/**
 * Back to the release before: its objects are applied again, those that the run made are deleted. The namespace, volumes and secrets
 * stay. Migrations are not taken back: a release runs on the schema of the next one.
 */
export async function undoRun(job: RunJob, control: TaskControl): Promise<void> {
  const { connection, scope, journal, view } = job
  const { previous, created } = view
  if (previous)
    control.log('warn', 'The database schema stays as the newer release migrated it; the release before runs on it.')
  const earlier = previous ? unpackObjects(previous.objects).filter(isTakenBack) : []
  await control.step('return', async (step) => {
    for (const object of earlier) {
      step.detail(`Applying ${object.kind} ${object.metadata.name}.`)
      await applyOrYield(connection, object, await present(connection, object), { signal: control.signal })
    }
    step.detail(previous ? `Version ${previous.version}.` : 'Nothing was installed before.')
  })
  if (earlier.length > 0)
    await control.step('wait', (step) => waitForAll(connection, workloadsOf(earlier), step, control))
  else control.skip('wait', 'Nothing was installed before.')
  await control.step('remove', async (step) => {
    const known = new Set(earlier.map(idOf))
    const objects = job.stages.flatMap((stage) => stage.objects).reverse()
    const doomed = objects.filter(
      (object) => created.has(idOf(object)) && !keptByUndo.has(object.kind) && !known.has(idOf(object)),
    )
    for (const [index, object] of doomed.entries()) {
      step.detail(`Deleting ${object.kind} ${object.metadata.name}.`)
      step.progress({ done: index, total: doomed.length, unit: 'objects' })
      await removeObject(connection, refOf(object), { propagation: 'Background', signal: control.signal })
    }
    step.progress({ done: doomed.length, total: doomed.length, unit: 'objects' })
    step.detail(`${doomed.length} objects deleted. Volumes and secrets are kept.`)
  })
  await control.step('record', async () => {
    if (previous) await writeRelease(connection, scope.namespace, previous)
    else await removeObject(connection, releaseRef(scope.namespace))
    journal.end('undone')
  })
}

/** A Job that has run is history, and the values of Secrets were never recorded. */
const isTakenBack = ({ kind }: KubeObject) => kind !== 'Job' && kind !== 'Secret' && kind !== 'Namespace'
