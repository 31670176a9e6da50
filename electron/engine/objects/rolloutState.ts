import { utcText } from '#shared/utc.ts'
import { sanitise, type KubeObject } from '../kube/index.ts'

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

/** Restarts after which a crash is taken for lasting. */
const crashes = 3

interface ContainerStatus {
  name: string
  ready?: boolean
  restartCount?: number
  state?: { waiting?: { reason?: string; message?: string }; terminated?: { exitCode?: number; reason?: string } }
  lastState?: { terminated?: { exitCode?: number; reason?: string } }
}

/** A StatefulSet waits forever for a broken pod of an earlier revision. */
export function stuckPods(
  workload: KubeObject,
  pods: KubeObject[],
  now: number,
): { pod: KubeObject; reason: string }[] {
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
  return `${pod.metadata.name} has not been ready since ${utcText(since)}.`
}

function stuckPod(workload: KubeObject, pods: KubeObject[], now: number): string | undefined {
  const [stuck] = stuckPods(workload, pods, now)
  if (!stuck) return undefined
  return `${stuck.reason} It is of an earlier revision, and a StatefulSet does not replace a broken pod: delete ${stuck.pod.metadata.name}.`
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

/**
 * As `kubectl rollout status` decides, with the pods' own words added.
 * @param now milliseconds since 1970
 */
export function rolloutState(workload: KubeObject, pods: KubeObject[], now: number, refusal?: string): RolloutState {
  const status = countsOf(workload)
  const spec = (workload.spec ?? {}) as { replicas?: number; completions?: number }
  const trouble =
    refusal ?? stuckPod(workload, pods, now) ?? pods.map(podTrouble).find((reason) => reason !== undefined)
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
export function isFinal(workload: KubeObject, pods: KubeObject[], replaced: ReadonlySet<string>): boolean {
  const { conditions = [], observedGeneration = 0 } = (workload.status ?? {}) as Counts
  const isObserved = observedGeneration >= (workload.metadata.generation ?? 0) || workload.kind === 'Job'
  const hasGivenUp = conditions.some(
    ({ type, status, reason }) => (type === 'Failed' && status === 'True') || reason === 'ProgressDeadlineExceeded',
  )
  const rest = pods.filter(({ metadata }) => !replaced.has(metadata.uid ?? ''))
  return (isObserved && hasGivenUp) || rest.some((pod) => statusesOf(pod).some((container) => isCrashing(container)))
}

export const statusesOf = (pod: KubeObject): ContainerStatus[] => [
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
