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
} from '../kube/index.ts'
import { isFinal, podTrouble, rolloutState, statusesOf, stuckPods, type RolloutState } from './rolloutState.ts'

export interface RolloutOptions {
  signal?: AbortSignal
  onState?: (state: RolloutState) => void
  /** Milliseconds; 600,000 by default. */
  timeout?: number
  /**
   * Asked for a pod of an earlier revision that will not become ready, which a StatefulSet would wait for without end: true deletes it, and
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
  const since = clock.now()
  const deadline = since + timeout
  let troubledSince: number | undefined
  let state: RolloutState = {
    isDone: false,
    ready: 0,
    wanted: 0,
    detail: `Waiting for ${ref.kind} ${ref.name} to exist.`,
  }
  const replaced = new Set<string>()
  const refusals = new Refusals(connection, since)
  for (;;) {
    signal?.throwIfAborted()
    const seen = await patiently(connection, () => look(connection, ref, refusals, signal), {
      signal,
      onWait: (reason) => {
        if (reason !== '')
          onState?.({ ...state, isDone: false, detail: `Waiting for the cluster to answer. ${reason}` })
      },
    })
    if (seen) {
      const { object, pods, refusal } = seen
      state = rolloutState(object, pods, clock.now(), refusal)
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

async function look(connection: ClusterConnection, ref: ObjectRef, refusals: Refusals, signal?: AbortSignal) {
  const object = await getObject(connection, ref, { signal }).catch(absentIsUndefined)
  if (!object) return undefined
  const { pods, set } = await podsOf(connection, object, signal)
  const isShort = object.kind !== 'Job' ? pods.length < wantedPods(object) : pods.length === 0
  return { object, pods, refusal: isShort ? await refusals.of(set ?? object, signal) : undefined }
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
    await removeObject(connection, refOfPod, { ...(uid !== '' && { uid }), signal })
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
  const options = { namespace: workload.metadata.namespace ?? '', labelSelector, signal }
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

/** Milliseconds. While a wait is young, what was refused before it may be mended; when nothing came for long, it still holds. */
const [youth, memory] = [120_000, 900_000]

/**
 * A quota that refuses pods is told by no pod, and not by every controller's conditions: by an event. One that was there when the wait
 * began is of an earlier try, until it is told again; a controller may take minutes for its next one. No clocks are compared for that.
 */
class Refusals {
  readonly #connection: ClusterConnection
  readonly #since: number
  #earlier: ReadonlySet<string> | undefined

  constructor(connection: ClusterConnection, since: number) {
    this.#connection = connection
    this.#since = since
  }

  async of(workload: KubeObject, signal?: AbortSignal): Promise<string | undefined> {
    const { namespace = '', uid = '' } = workload.metadata
    const about = { namespace, fieldSelector: `involvedObject.uid=${uid},type=Warning`, signal }
    const events = await listObjects(this.#connection, { apiVersion: 'v1', kind: 'Event' }, about).catch(() => [])
    const refused = events.filter((event) => event['reason'] === 'FailedCreate')
    this.#earlier ??= new Set(refused.map(versionOf))
    const telling = refused.filter((event) => this.#counts(event)).at(-1)
    return telling ? sanitise(String(telling['message'])) : undefined
  }

  #counts(event: KubeObject): boolean {
    if (this.#earlier?.has(versionOf(event)) !== true) return true
    const now = this.#connection.clock.now()
    const { lastTimestamp, eventTime } = event as { lastTimestamp?: string | null; eventTime?: string | null }
    const last = Date.parse(lastTimestamp ?? eventTime ?? event.metadata.creationTimestamp ?? '')
    return now - this.#since > youth && !(now - last >= memory)
  }
}

/** Another one when the same event was told again. */
const versionOf = ({ metadata }: KubeObject) => `${metadata.uid ?? metadata.name} ${metadata.resourceVersion ?? ''}`

const revisionOf = ({ metadata }: KubeObject) =>
  Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)

const wantedPods = ({ spec }: KubeObject) => {
  const { replicas, parallelism } = (spec ?? {}) as { replicas?: number; parallelism?: number }
  return replicas ?? parallelism ?? 1
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
