import { text } from 'node:stream/consumers'
import { ConsoleError } from '#shared/errors.ts'
import {
  getObject,
  listObjects,
  patiently,
  removeObject,
  sanitise,
  type ClusterConnection,
  type KubeObject,
  type ObjectRef,
} from './kube/index.ts'

/** How far a workload is. `fault` when waiting longer will not help, sooner or later. */
export interface RolloutState {
  isDone: boolean
  ready: number
  wanted: number
  /** One line for people, live. */
  detail: string
  fault?: string
  /** A node may come yet. */
  isUnscheduled?: boolean
}

export interface RolloutOptions {
  signal?: AbortSignal
  onState?: (state: RolloutState) => void
  /** Milliseconds; 600,000 by default. */
  timeout?: number
  /**
   * Asked for a pod of an earlier revision that will not become ready, which a StatefulSet would wait for in vain: true deletes it, and
   * the StatefulSet makes the new one.
   */
  replaces?: (pod: KubeObject, reason: string) => boolean
}

/** Milliseconds between two looks. */
const interval = 1000
/** How long a pod may fail to pull or to be configured before waiting is given up: registries and volumes hiccup. */
const patience = 30_000
/** How long a pod may be without a node: an autoscaler of the cluster brings one in some minutes. */
const nodePatience = 240_000
/** Restarts after which a crash is taken for lasting. */
const crashes = 3

interface ContainerStatus {
  name: string
  ready?: boolean
  restartCount?: number
  state?: { waiting?: { reason?: string; message?: string }; terminated?: { exitCode?: number; reason?: string } }
  lastState?: { terminated?: { exitCode?: number; reason?: string } }
}

/**
 * Waits until a Deployment, StatefulSet or Job exists and has rolled out, looking at its pods meanwhile.
 * @throws ConsoleError DEPLOY_FAILED with the pod's reason and last log lines; TIMEOUT with what it was waiting for
 */
export async function untilRolledOut(
  connection: ClusterConnection,
  ref: ObjectRef,
  options: RolloutOptions = {},
): Promise<void> {
  const { signal, onState, timeout = 600_000 } = options
  const clock = connection.clock
  const deadline = clock.now() + timeout
  let troubledSince: number | undefined
  let state: RolloutState = {
    isDone: false,
    ready: 0,
    wanted: 0,
    detail: `Waiting for ${ref.kind} ${ref.name} to exist.`,
  }
  const replaced = new Set<string>()
  for (;;) {
    signal?.throwIfAborted()
    const seen = await patiently(connection, () => look(connection, ref, signal), {
      ...(signal && { signal }),
      onWait: (reason) => {
        if (reason !== '')
          onState?.({ ...state, isDone: false, detail: `Waiting for the cluster to answer. ${reason}` })
      },
    })
    if (seen) {
      const { object, pods, refusal } = seen
      state = rolloutState(object, pods, refusal)
      troubledSince = state.fault === undefined ? undefined : (troubledSince ?? clock.now())
      onState?.(state)
      if (state.isDone) return
      if (await replaceStuck(connection, object, pods, options, replaced)) troubledSince = undefined
      const allowed = state.isUnscheduled === true ? nodePatience : patience
      const isLasting = troubledSince !== undefined && clock.now() - troubledSince >= allowed
      if (state.fault !== undefined && (isLasting || isFinal(object, pods, replaced))) {
        throw await failure(connection, ref, pods, state.fault, 'DEPLOY_FAILED')
      }
      if (clock.now() > deadline) throw await failure(connection, ref, pods, state.detail, 'TIMEOUT')
    } else if (clock.now() > deadline) {
      throw new ConsoleError('TIMEOUT', `${ref.kind} ${ref.name} did not appear.`)
    }
    await clock.delay(interval, signal)
  }
}

async function look(connection: ClusterConnection, ref: ObjectRef, signal?: AbortSignal) {
  const object = await getObject(connection, ref, signal ? { signal } : {}).catch(absentIsUndefined)
  if (!object) return undefined
  const { pods, set } = await podsOf(connection, object, signal)
  const isShort = object.kind !== 'Job' ? pods.length < wantedPods(object) : pods.length === 0
  return { object, pods, refusal: isShort ? await refusalOf(connection, set ?? object, signal) : undefined }
}

/** Deletes pods that a StatefulSet will never replace by itself, each once, when the caller wants that. */
async function replaceStuck(
  connection: ClusterConnection,
  workload: KubeObject,
  pods: KubeObject[],
  { replaces, signal }: RolloutOptions,
  done: Set<string>,
): Promise<boolean> {
  const stuck = stuckPods(workload, pods, connection.clock.now()).filter(({ pod }) => !done.has(pod.metadata.uid ?? ''))
  const doomed = stuck.filter(({ pod, reason }) => replaces?.(pod, reason) === true)
  for (const { pod } of doomed) {
    const { name, namespace = '', uid = '' } = pod.metadata
    done.add(uid)
    const refOfPod = { apiVersion: 'v1', kind: 'Pod', namespace, name }
    await removeObject(connection, refOfPod, { ...(uid !== '' && { uid }), ...(signal && { signal }) })
  }
  return doomed.length > 0
}

function absentIsUndefined(error: unknown): undefined {
  if (error instanceof ConsoleError && error.code === 'NOT_FOUND') return undefined
  throw error
}

/**
 * The workload's pods, newest first. Of a Deployment only those of the newest revision: the old ones do not say how the new ones do.
 */
async function podsOf(
  connection: ClusterConnection,
  workload: KubeObject,
  signal?: AbortSignal,
): Promise<{ pods: KubeObject[]; set?: KubeObject }> {
  const labels =
    (workload.spec as { selector?: { matchLabels?: Record<string, string> } } | undefined)?.selector?.matchLabels ?? {}
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  const options = { namespace: workload.metadata.namespace ?? '', labelSelector, ...(signal && { signal }) }
  const all = await listObjects(connection, { apiVersion: 'v1', kind: 'Pod' }, options)
  const alive = all
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .sort((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''))
  if (workload.kind !== 'Deployment') return { pods: alive }
  const sets = await listObjects(connection, { apiVersion: 'apps/v1', kind: 'ReplicaSet' }, options)
  const own = sets.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === workload.metadata.uid))
  const newest = own.sort((a, b) => revisionOf(b) - revisionOf(a))[0]
  const pods = alive.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === newest?.metadata.uid))
  return { pods, ...(newest && { set: newest }) }
}

/** A quota that refuses pods is told by no pod and by no condition of a Job, StatefulSet or ReplicaSet's owner for sure: by an event. */
async function refusalOf(
  connection: ClusterConnection,
  workload: KubeObject,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { namespace = '', uid = '' } = workload.metadata
  const about = { namespace, fieldSelector: `involvedObject.uid=${uid},type=Warning`, ...(signal && { signal }) }
  const events = await listObjects(connection, { apiVersion: 'v1', kind: 'Event' }, about).catch(() => [])
  const refused = events.filter((event) => event['reason'] === 'FailedCreate' && isFresh(connection, event)).at(-1)
  return refused ? sanitise(String(refused['message'])) : undefined
}

/** Milliseconds. Controllers try again with growing pauses, and say so again; what is older may be mended by now. */
const freshness = 300_000

function isFresh({ clock }: ClusterConnection, event: KubeObject): boolean {
  const { lastTimestamp, eventTime } = event as { lastTimestamp?: string | null; eventTime?: string | null }
  const last = Date.parse(lastTimestamp ?? eventTime ?? event.metadata.creationTimestamp ?? '')
  return Number.isNaN(last) || clock.now() - last < freshness
}

const revisionOf = ({ metadata }: KubeObject) =>
  Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)

/** A StatefulSet waits for ever for a broken pod of an earlier revision. */
function stuckPods(workload: KubeObject, pods: KubeObject[], now: number): { pod: KubeObject; reason: string }[] {
  const { podManagementPolicy, updateStrategy } = (workload.spec ?? {}) as {
    podManagementPolicy?: string
    updateStrategy?: { type?: string }
  }
  const newest = workload.status?.['updateRevision']
  // With Parallel the update does not wait, with OnDelete it is wanted to.
  const waits = podManagementPolicy !== 'Parallel' && updateStrategy?.type !== 'OnDelete'
  if (workload.kind !== 'StatefulSet' || !waits || typeof newest !== 'string') return []
  return pods.flatMap((pod) => {
    const isOld = pod.metadata.labels?.['controller-revision-hash'] !== newest
    const reason = isOld ? (podTrouble(pod) ?? unready(pod, now)) : undefined
    return reason === undefined ? [] : [{ pod, reason }]
  })
}

/** How long a pod may be starting before it counts as one that will not become ready. */
const startPatience = 60_000

function unready(pod: KubeObject, now: number): string | undefined {
  const conditions = (pod.status?.['conditions'] ?? []) as {
    type: string
    status: string
    lastTransitionTime?: string
  }[]
  const ready = conditions.find(({ type }) => type === 'Ready')
  const since = Date.parse(ready?.lastTransitionTime ?? pod.metadata.creationTimestamp ?? '')
  if (ready?.status === 'True' || !(now - since > startPatience)) return undefined
  return `${pod.metadata.name} has not been ready since ${new Date(since).toISOString()}.`
}

function stuckPod(workload: KubeObject, pods: KubeObject[]): string | undefined {
  const [stuck] = stuckPods(workload, pods, Date.now())
  if (!stuck) return undefined
  return `${stuck.reason} It is of an earlier revision, and a StatefulSet does not replace a broken pod: delete ${stuck.pod.metadata.name}.`
}

const wantedPods = ({ spec }: KubeObject) => {
  const { replicas, parallelism } = (spec ?? {}) as { replicas?: number; parallelism?: number }
  return replicas ?? parallelism ?? 1
}

type Counts = Partial<
  Record<
    'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas' | 'observedGeneration' | 'succeeded',
    number
  >
> & { conditions?: { type: string; status: string; reason?: string; message?: string }[] }

/** A DaemonSet counts the same under other names. */
function countsOf({ kind, status = {} }: KubeObject): Counts {
  if (kind !== 'DaemonSet') return status
  const count = (key: string) => Number(status[key] ?? 0)
  return {
    ...status,
    replicas: count('desiredNumberScheduled'),
    updatedReplicas: count('updatedNumberScheduled'),
    availableReplicas: count('numberAvailable'),
  }
}

/** As `kubectl rollout status` decides, with the pods' own words added. */
export function rolloutState(workload: KubeObject, pods: KubeObject[], refusal?: string): RolloutState {
  const status = countsOf(workload)
  const spec = (workload.spec ?? {}) as { replicas?: number; completions?: number }
  const trouble = refusal ?? stuckPod(workload, pods) ?? pods.map(podTrouble).find((reason) => reason !== undefined)
  const refused = status.conditions?.find(
    ({ type, status: value }) => type === 'ReplicaFailure' && value === 'True',
  )?.message
  const fault = refused ?? trouble
  const because = fault === undefined ? waitingFor(pods) : ` ${fault}`
  const homeless = fault === undefined ? pods.map(unscheduled).find((reason) => reason !== undefined) : undefined
  if (workload.kind === 'Job') {
    const wanted = spec.completions ?? 1
    const ready = status.succeeded ?? 0
    const failed = status.conditions?.find(({ type, status: value }) => type === 'Failed' && value === 'True')
    const isDone =
      status.conditions?.some(({ type, status: value }) => type === 'Complete' && value === 'True') ?? false
    const reason = failed ? jobFailure(failed, trouble) : (trouble ?? homeless)
    return {
      isDone,
      ready,
      wanted,
      detail: isDone ? 'The job has completed.' : `The job is running.${because}`,
      ...(reason === undefined || isDone ? {} : { fault: reason }),
      ...(!failed && homeless !== undefined && { isUnscheduled: true }),
    }
  }
  const wanted = workload.kind === 'DaemonSet' ? (status.replicas ?? 0) : (spec.replicas ?? 1)
  const isObserved = (status.observedGeneration ?? 0) >= (workload.metadata.generation ?? 0)
  const updated = status.updatedReplicas ?? 0
  const ready = workload.kind === 'StatefulSet' ? (status.readyReplicas ?? 0) : (status.availableReplicas ?? 0)
  const isDone =
    isObserved && updated >= wanted && (status.replicas ?? 0) <= Math.max(updated, wanted) && ready >= wanted
  // What the controller says of the generation before is no longer true.
  const late = isObserved
    ? status.conditions?.find(({ type, reason }) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded')
    : undefined
  const lasting = fault ?? (late && `${late.message ?? 'It did not progress in time.'}${waitingFor(pods)}`) ?? homeless
  return {
    isDone,
    ready: Math.min(ready, updated),
    wanted,
    detail: isDone
      ? `${ready} of ${wanted} pods ready.`
      : `${Math.min(ready, updated)} of ${wanted} new pods ready.${because}`,
    ...(lasting === undefined || isDone ? {} : { fault: lasting }),
    ...(fault === undefined && !late && homeless !== undefined && { isUnscheduled: true }),
  }
}

/** The job's own words, and why its last pod ended. */
function jobFailure({ message, reason }: { message?: string; reason?: string }, trouble: string | undefined): string {
  const said = message ?? reason ?? 'The job failed.'
  return trouble === undefined ? said : `${said}. ${trouble}`.replaceAll('..', '.')
}

/** @param replaced uids of pods that were just deleted: they say nothing about what comes */
function isFinal(workload: KubeObject, pods: KubeObject[], replaced: ReadonlySet<string>): boolean {
  const { conditions = [], observedGeneration = 0 } = (workload.status ?? {}) as Counts
  const isObserved = observedGeneration >= (workload.metadata.generation ?? 0) || workload.kind === 'Job'
  const hasGivenUp = conditions.some(
    ({ type, status, reason }) => (type === 'Failed' && status === 'True') || reason === 'ProgressDeadlineExceeded',
  )
  const rest = pods.filter(({ metadata }) => !replaced.has(metadata.uid ?? ''))
  return (isObserved && hasGivenUp) || rest.some((pod) => statusesOf(pod).some((container) => isCrashing(container)))
}

const statusesOf = (pod: KubeObject): ContainerStatus[] => [
  ...((pod.status?.['initContainerStatuses'] ?? []) as ContainerStatus[]),
  ...((pod.status?.['containerStatuses'] ?? []) as ContainerStatus[]),
]

const isCrashing = ({ state, restartCount = 0 }: ContainerStatus) =>
  state?.waiting?.reason === 'CrashLoopBackOff' && restartCount >= crashes

/** Why a pod will not become ready by itself; undefined while there is hope. */
export function podTrouble(pod: KubeObject): string | undefined {
  const name = pod.metadata.name
  for (const container of statusesOf(pod)) {
    const { reason = '', message = '' } = container.state?.waiting ?? {}
    if (/^(ErrImage|ImagePull|InvalidImage|CreateContainer|RunContainerError)/.test(reason))
      return `${name}: ${reason}. ${sanitise(message)}`
    if (reason === 'CrashLoopBackOff') {
      const exit = container.lastState?.terminated
      return `${name} keeps ending with exit code ${exit?.exitCode ?? '?'} (${exit?.reason ?? reason}), ${container.restartCount ?? 0} restarts.`
    }
    const ended = container.state?.terminated
    if (ended && ended.exitCode !== 0)
      return `${name} ended with exit code ${ended.exitCode ?? '?'} (${ended.reason ?? 'Error'}).`
  }
  return undefined
}

/** A pod that no node takes, in the scheduler's words. */
function unscheduled(pod: KubeObject): string | undefined {
  const conditions = (pod.status?.['conditions'] ?? []) as { type: string; status: string; message?: string }[]
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status !== 'False') return undefined
  return `${pod.metadata.name} is not scheduled: ${sanitise(scheduled.message ?? '')}`
}

function waitingFor(pods: KubeObject[]): string {
  for (const pod of pods) {
    const homeless = unscheduled(pod)
    if (homeless !== undefined) return ` ${homeless}`
    const statuses = statusesOf(pod)
    if (statuses.length === 0) return ` ${pod.metadata.name} is being created.`
    const starting = statuses.find(({ state }) => state?.waiting !== undefined)
    if (starting) return ` ${pod.metadata.name}: ${starting.state?.waiting?.reason ?? 'waiting'}.`
    if (statuses.some(({ ready, state }) => ready !== true && state?.terminated === undefined)) {
      return ` Waiting for ${pod.metadata.name} to pass its readiness check.`
    }
  }
  return ''
}

async function failure(
  connection: ClusterConnection,
  ref: ObjectRef,
  pods: KubeObject[],
  reason: string,
  code: 'DEPLOY_FAILED' | 'TIMEOUT',
): Promise<ConsoleError> {
  const pod = pods.find((candidate) => podTrouble(candidate) !== undefined) ?? pods[0]
  const lines = pod ? await lastLines(connection, pod) : []
  const message =
    code === 'TIMEOUT' ? `${ref.kind} ${ref.name} did not become ready in time.` : `${ref.kind} ${ref.name} failed.`
  return new ConsoleError(code, `${message} ${reason}`, { reason, pod: pod?.metadata.name, lastLogLines: lines })
}

/** The last 20 lines of the container that is in trouble; of its run before when the present one said nothing yet. */
async function lastLines(connection: ClusterConnection, pod: KubeObject): Promise<string[]> {
  const { name, namespace = '' } = pod.metadata
  const container = (statusesOf(pod).find(({ ready }) => ready !== true) ?? statusesOf(pod)[0])?.name
  const read = async (previous: boolean) => {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`
    const { body } = await connection.stream('GET', path, {
      query: { tailLines: 20, ...(container !== undefined && { container }), ...(previous && { previous: true }) },
    })
    const all = await text(body)
    return all
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => sanitise(line))
  }
  const present = await read(false).catch(() => [])
  return present.length > 0 ? present : read(true).catch(() => [])
}
