import { setMaxListeners } from 'node:events'
import type { Scope } from '#shared/contract/base.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { getObject, removeObject, waitFor, type ClusterConnection, type KubeObject } from '../kube/index.ts'
import { untilRolledOut } from '../rollouts.ts'
import type { StepControl, TaskControl, TaskDescription } from '../tasks/tasks.ts'
import { applyOrYield, idOf, present, refOf } from './dryRun.ts'
import { packObjects, writeRelease } from './release.ts'
import type { RenderedStage } from './bundle/index.ts'
import type { RunJournal, RunView } from './runJournal.ts'
import { stageTitle, workloadsOf } from './stages.ts'

export interface RunJob {
  connection: ClusterConnection
  scope: Scope
  stages: RenderedStage[]
  journal: RunJournal
  view: RunView
  now: () => number
}

export const runSteps = (stages: RenderedStage[]): TaskDescription['steps'] => [
  ...stages.map(({ id }) => ({ id, title: stageTitle(id), group: 'change' as const })),
  { id: 'release', title: 'Record the release', group: 'change' },
]

/**
 * Stage by stage: apply, then wait. A stage that fails stops the run, which can be resumed at that stage or undone.
 * @throws ConsoleError DEPLOY_FAILED or TIMEOUT with the pod's reason and its last log lines; what the cluster answers
 */
export async function runStages(job: RunJob, control: TaskControl): Promise<void> {
  const { connection, scope, stages, journal, view, now } = job
  control.result({ runId: view.id, version: view.version, profile: view.profile })
  for (const stage of stages) {
    if (view.doneStages.has(stage.id)) {
      control.skip(stage.id, 'Done before.')
      continue
    }
    await control.step(stage.id, (step) => runStage(job, stage, step, control))
  }
  await control.step('release', async () => {
    const { id, version, profile, by } = view
    const objects = packObjects(stages.flatMap((stage) => stage.objects))
    await writeRelease(connection, scope.namespace, { release: id, version, profile, by, at: now(), objects })
    journal.end('done')
  })
}

async function runStage(job: RunJob, stage: RenderedStage, step: StepControl, control: TaskControl): Promise<void> {
  const { journal } = job
  const { signal } = control
  journal.stage(stage.id, 'started')
  try {
    for (const [index, object] of stage.objects.entries()) {
      signal.throwIfAborted()
      step.detail(`Applying ${object.kind} ${object.metadata.name}.`)
      step.progress({ done: index, total: stage.objects.length, unit: 'objects' })
      for (const note of await applyObject(job, object, signal))
        control.log('info', `${object.kind} ${object.metadata.name} ${note}.`)
    }
    step.progress({ done: stage.objects.length, total: stage.objects.length, unit: 'objects' })
    const workloads = workloadsOf(stage.objects)
    await waitForAll(job.connection, workloads, step, control)
    const ready = workloads.length > 0 ? `, ${workloads.map(({ metadata }) => metadata.name).join(', ')} ready` : ''
    step.detail(`${stage.objects.length} objects applied${ready}.`)
    journal.stage(stage.id, 'done')
  } catch (thrown) {
    const { code, message, details } = asConsoleError(thrown)
    journal.stage(stage.id, 'failed', { code, message, details })
    for (const line of logLinesOf(details)) control.log('error', line)
    throw thrown
  }
}

const logLinesOf = (details: Record<string, unknown>) =>
  Array.isArray(details.lastLogLines) ? details.lastLogLines.map(String) : []

async function applyObject(
  { connection, journal }: RunJob,
  object: KubeObject,
  signal: AbortSignal,
): Promise<string[]> {
  const before = await present(connection, object, signal)
  journal.object(idOf(object), before !== undefined)
  if (object.kind === 'Job' && before && hasFailed(before)) await removeFailedJob(connection, before, signal)
  const { notes } = await applyOrYield(connection, object, before, { signal })
  return notes
}

/** A Job's template cannot be changed and a failed one does not start again: a resumed run makes it anew. */
async function removeFailedJob(connection: ClusterConnection, job: KubeObject, signal: AbortSignal): Promise<void> {
  await removeObject(connection, refOf(job), { propagation: 'Background', signal })
  const { name, namespace } = job.metadata
  await waitFor(
    connection,
    { resource: 'jobs.batch', name, ...(namespace !== undefined && { namespace }) },
    (found) => found === undefined,
    {
      signal,
      timeout: 60_000,
    },
  )
}

function hasFailed(job: KubeObject): boolean {
  const conditions = (job.status?.['conditions'] ?? []) as { type: string; status: string }[]
  return conditions.some(({ type, status }) => type === 'Failed' && status === 'True')
}

/** All at once, each with its own line; the first failure ends the waiting. */
export async function waitForAll(
  connection: ClusterConnection,
  workloads: KubeObject[],
  step: StepControl,
  control: Pick<TaskControl, 'signal' | 'log'>,
): Promise<void> {
  const lines = new Map<string, string>()
  const failure = new AbortController()
  const signal = AbortSignal.any([control.signal, failure.signal])
  // Many workloads ask at once, each with a listener of its own: no leak.
  setMaxListeners(0, signal)
  const waits = workloads.map(async (workload) => {
    const { name } = workload.metadata
    try {
      await untilRolledOut(connection, refOf(workload), {
        signal,
        onState: (state) => {
          if (state.isDone && lines.has(name)) control.log('good', `${name}: ${state.detail}`)
          if (state.isDone) lines.delete(name)
          else lines.set(name, `${name}: ${state.detail}`)
          const [first = 'Ready.'] = lines.values()
          step.detail(lines.size > 1 ? `${first} (${lines.size - 1} more)` : first)
          if (state.wanted > 0) step.progress({ done: state.ready, total: state.wanted, unit: 'pods' })
        },
      })
    } catch (error) {
      failure.abort(error)
      throw error
    }
  })
  await Promise.allSettled(waits)
  control.signal.throwIfAborted()
  failure.signal.throwIfAborted()
}

/** Kept by undo: with the namespace the volumes would go, and without the Secret nobody could open the database on them. */
export const keptByUndo = new Set(['Namespace', 'Secret', 'PersistentVolumeClaim'])

/** @throws ConsoleError NAMESPACE_TERMINATING */
export async function requireNamespace(connection: ClusterConnection, name: string): Promise<void> {
  const found = await getObject(connection, { apiVersion: 'v1', kind: 'Namespace', name }).catch(() => undefined)
  if (found?.metadata.deletionTimestamp === undefined) return
  throw new ConsoleError(
    'NAMESPACE_TERMINATING',
    `The namespace ${name} is being deleted. Wait until it is gone. Nothing was changed.`,
  )
}
