import type { DataChoice, UninstallPlan } from '#shared/contract/uninstall.ts'
import { ConsoleError } from '#shared/errors.ts'
import { getObject, patiently, removeObject, type ClusterConnection, type ObjectRef } from '../../../kube/index.ts'
import { counted, isNotFound, refOfId } from '../../../objects/objects.ts'
import type { SuiteHold } from '../../../objects/suiteLeases.ts'
import type { StepControl, TaskControl, TaskDescription } from '../../tasks/tasks.ts'
import { patienceOf } from '../run/job.ts'
import type { Inventory } from './inventory.ts'
import { planOf } from './plan.ts'

/** One uninstall on a cluster. */
export interface UninstallJob {
  connection: ClusterConnection
  plan: UninstallPlan
  data: DataChoice
  hold: SuiteHold
  /** What is there now. */
  look: (signal: AbortSignal) => Promise<Inventory>
  takeSafetyBackup: ((step: StepControl, signal: AbortSignal) => Promise<string>) | undefined
}

type Doomed = UninstallPlan['objects'][number]

/** Milliseconds between two looks at what is still ending. */
const pause = 500
/** Milliseconds: what finalizers of other software hold back longer than this is told, not waited for. */
const longestWait = 300_000

const access: ReadonlySet<string> = new Set(['Role', 'RoleBinding', 'ServiceAccount', 'ClusterRole', 'ClusterRoleBinding']) // prettier-ignore
const running: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'CronJob', 'Job', 'Pod', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']) // prettier-ignore
const isRecord = ({ kind, name }: Doomed): boolean =>
  kind === 'Lease' || (kind === 'ConfigMap' && name.startsWith('agency-swarm-release-'))

/** In this order: first what runs, then what it used, its data, the rights to it, and last what tells a console that a suite is here. */
const phases = [
  { id: 'workloads', title: 'Stop the services', holds: (doomed: Doomed) => running.has(doomed.kind) },
  { id: 'data', title: 'Delete the data', holds: ({ kind }: Doomed) => kind === 'PersistentVolumeClaim' || kind === 'Secret' }, // prettier-ignore
  { id: 'access', title: 'Delete accounts and rights', holds: ({ kind }: Doomed) => access.has(kind) },
  { id: 'records', title: 'Delete the records of releases', holds: isRecord },
  { id: 'namespace', title: 'Delete the namespace', holds: ({ kind }: Doomed) => kind === 'Namespace' },
] as const

type PhaseId = (typeof phases)[number]['id'] | 'objects'

const phaseOf = (doomed: Doomed): PhaseId => phases.find(({ holds }) => holds(doomed))?.id ?? 'objects'
const order: readonly PhaseId[] = ['workloads', 'objects', 'data', 'access', 'records', 'namespace']
const titles: Readonly<Record<PhaseId, string>> = {
  ...(Object.fromEntries(phases.map(({ id, title }) => [id, title])) as Record<(typeof phases)[number]['id'], string>),
  objects: 'Delete configuration and network',
}

/** What goes, for what was chosen about the data. */
export const doomedOf = ({ objects }: UninstallPlan, data: DataChoice): Doomed[] =>
  objects.filter(({ isData }) => data === 'remove' || !isData)

export function uninstallSteps(
  job: Pick<UninstallJob, 'plan' | 'data' | 'takeSafetyBackup'>,
): TaskDescription['steps'] {
  const used = new Set(doomedOf(job.plan, job.data).map(phaseOf))
  return [
    { id: 'compare', title: 'Compare with what was shown', group: 'safe' },
    ...(job.takeSafetyBackup ? [{ id: 'backup', title: 'Back up the database', group: 'safe' as const }] : []),
    ...order.filter((id) => used.has(id)).map((id) => ({ id, title: titles[id], group: 'change' as const })),
    { id: 'verify', title: 'Check that nothing is left', group: 'change' },
  ]
}

/**
 * Deletes what the plan showed, phase by phase; it can be stopped between two objects, and started again from a new plan.
 * @throws ConsoleError EXPIRED when there is more than was shown; TIMEOUT for what does not end; BUSY when the suite was taken over
 */
export async function uninstallSuite(job: UninstallJob, control: TaskControl): Promise<void> {
  const { plan, data, hold } = job
  const signal = AbortSignal.any([control.signal, hold.lost])
  await control.step('compare', async (step) => {
    const unseen = await notShown(job, signal)
    if (unseen.length > 0)
      throw new ConsoleError(
        'EXPIRED',
        `Since the list was made this was added: ${unseen.slice(0, 5).join(', ')}. Nothing was deleted. Look at the list again, then uninstall.`,
      )
    step.detail(`${counted(doomedOf(plan, data).length, 'object')}, as shown.`)
  })
  const { takeSafetyBackup } = job
  if (takeSafetyBackup)
    await control.step('backup', async (step) => {
      const backupId = await takeSafetyBackup(step, signal)
      control.result({ backupId })
      step.detail(`Backup ${backupId}.`)
    })
  const doomed = doomedOf(plan, data)
  for (const id of order) {
    const part = doomed.filter((each) => phaseOf(each) === id)
    if (part.length === 0) continue
    // The lease is one of the records: from there on nothing is left that another console could take over.
    const isHeld = id !== 'records' && id !== 'namespace'
    if (id !== 'namespace') await hold.check()
    await control.step(id, (step) => removeAll(job, part, step, isHeld ? signal : control.signal))
  }
  await control.step('verify', async (step) => {
    const left = await stillThere(job, control.signal)
    if (left.length > 0)
      throw new ConsoleError(
        'DEPLOY_FAILED',
        `${counted(left.length, 'object')} of the suite ${left.length === 1 ? 'is' : 'are'} still there: ${left.slice(0, 5).join(', ')}. Everything else was deleted. Uninstall again to delete what is left.`,
        { left },
      )
    step.detail(data === 'keep' ? 'Only the data is left.' : 'Nothing of the suite is left.')
  })
}

/** What is there now and was not in the list that was confirmed. */
async function notShown({ plan, data, look }: UninstallJob, signal: AbortSignal): Promise<string[]> {
  const shown = new Set(plan.objects.map(({ id }) => id))
  const { objects } = planOf(await look(signal), [], { ...plan, now: plan.madeAt, version: plan.version })
  return objects.filter(({ id, isData }) => !shown.has(id) && (data === 'remove' || !isData)).map(({ id }) => id)
}

async function removeAll(job: UninstallJob, doomed: Doomed[], step: StepControl, signal: AbortSignal): Promise<void> {
  const { connection, plan } = job
  const refs = doomed.map(({ id }) => refOfId(id, plan.namespace))
  for (const [index, ref] of refs.entries()) {
    // Its pods are then gone when it is.
    const isRunning = running.has(ref.kind)
    signal.throwIfAborted()
    step.detail(`Deleting ${ref.kind} ${ref.name}.`)
    step.progress({ done: index, total: refs.length, unit: 'objects' })
    await patiently(connection, () => removeObject(connection, ref, { ...(isRunning && { propagation: 'Foreground' }), signal }), patienceOf(step, signal)) // prettier-ignore
  }
  step.progress({ done: refs.length, total: refs.length, unit: 'objects' })
  await untilGone(connection, refs, step, signal)
  step.detail(`${counted(refs.length, 'object')} deleted.`)
}

/** Waits until deletion has come to its end: pods have stopped, finalizers have let go. @throws ConsoleError TIMEOUT naming what holds it */
async function untilGone(
  connection: ClusterConnection,
  refs: ObjectRef[],
  step: StepControl,
  signal: AbortSignal,
): Promise<void> {
  // prettier-ignore
  const deadline = connection.clock.now() + longestWait
  let waiting = refs
  for (;;) {
    const found = await Promise.all(waiting.map((ref) => isThere(connection, ref, step, signal)))
    waiting = waiting.filter((_ref, index) => found[index])
    const [first] = waiting
    if (first === undefined) return
    step.detail(`Waiting for ${first.kind} ${first.name} to end.`)
    if (connection.clock.now() > deadline)
      throw new ConsoleError(
        'TIMEOUT',
        `${first.kind} ${first.name} was deleted, and has not ended after five minutes: a finalizer holds it. See what holds it, then uninstall again; what is gone stays gone.`,
      )
    await connection.clock.delay(pause, signal)
  }
}

async function isThere(
  connection: ClusterConnection,
  ref: ObjectRef,
  step: StepControl,
  signal: AbortSignal,
): Promise<boolean> {
  // prettier-ignore
  try {
    await patiently(connection, () => getObject(connection, ref, { signal }), patienceOf(step, signal))
    return true
  } catch (thrown) {
    if (isNotFound(thrown)) return false
    throw thrown
  }
}

/** Ids of the suite's objects that were to go. */
async function stillThere({ plan, data, look }: UninstallJob, signal: AbortSignal): Promise<string[]> {
  const { objects } = planOf(await look(signal), [], { ...plan, now: plan.madeAt, version: plan.version })
  return doomedOf({ ...plan, objects }, data).map(({ id }) => id)
}
