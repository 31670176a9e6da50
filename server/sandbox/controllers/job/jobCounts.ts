import type { Pod } from '../kinds.ts'
import type { ControllerContext } from '../loop/controlLoop.ts'
import { controllerOf, isBeingDeleted, isControlledBy } from '../objects.ts'
import { formatIndexes, indexOf, parseIndexes } from './indexes.ts'
import type { Job, JobStatus } from './kinds.ts'
import { failureAction } from './outcome.ts'

/** Keeps an ended pod until it is counted, so that neither a crash nor a deletion changes the count. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking'

const resource = 'jobs.batch'

export function writeJobStatus(context: ControllerContext, job: Job, change: (status: JobStatus) => void): Job {
  const { namespace, name } = job.metadata
  const write = (changed: Job): void => change((changed.status ??= {}))
  return context.store.update<Job>(resource, namespace, name, write, { subresource: 'status' }) ?? job
}

const isTracked = (pod: Pod): boolean => pod.metadata.finalizers?.includes(trackingFinalizer) ?? false

/** Lets a pod go: it is counted, or never will be. */
export function release(context: ControllerContext, pod: Pod): void {
  context.store.update<Pod>('pods', pod.metadata.namespace, pod.metadata.name, (changed) => {
    changed.metadata.finalizers = (changed.metadata.finalizers ?? []).filter((each) => each !== trackingFinalizer)
  })
}

/**
 * Adds the pods that have ended to the counts, each once. The status first names the pods it has counted, then they are let go, then
 * the names are dropped: a crash in between loses and doubles nothing. A deleted pod that did not succeed counts as failed.
 */
export function countEndedPods(context: ControllerContext, job: Job): { job: Job; newlyFailed: Pod[] } {
  const tracked = context.store
    .list<Pod>('pods', { namespace: job.metadata.namespace ?? '' })
    .filter((pod) => isControlledBy(pod, job) && isTracked(pod))
  const known = job.status?.uncountedTerminatedPods ?? {}
  const isNew = (pod: Pod): boolean =>
    !known.succeeded?.includes(pod.metadata.uid) && !known.failed?.includes(pod.metadata.uid)
  const succeeded = tracked.filter((pod) => pod.status?.phase === 'Succeeded')
  const failed = tracked.filter(
    (pod) => pod.status?.phase === 'Failed' || (isBeingDeleted(pod) && pod.status?.phase !== 'Succeeded'),
  )
  const newlyFailed = failed.filter(isNew)
  if (succeeded.length + failed.length === 0) return { job, newlyFailed }
  writeJobStatus(context, job, (status) => addCounts(job, status, succeeded.filter(isNew), newlyFailed))
  for (const pod of [...succeeded, ...failed]) release(context, pod)
  const counted = writeJobStatus(context, job, (status) => void (status.uncountedTerminatedPods = {}))
  return { job: counted, newlyFailed }
}

function addCounts(job: Job, status: JobStatus, succeeded: Pod[], failed: Pod[]): void {
  const uids = (pods: Pod[]): string[] => pods.map((pod) => pod.metadata.uid)
  const before = status.uncountedTerminatedPods
  status.uncountedTerminatedPods = {
    succeeded: [...(before?.succeeded ?? []), ...uids(succeeded)],
    failed: [...(before?.failed ?? []), ...uids(failed)],
  }
  const counted = failed.filter((pod) => failureAction(job, pod).action !== 'Ignore')
  if (counted.length > 0) status.failed = (status.failed ?? 0) + counted.length
  if (job.spec.completionMode === 'Indexed') {
    const done = parseIndexes(status.completedIndexes)
    for (const pod of succeeded) done.add(indexOf(pod) ?? -1)
    done.delete(-1)
    if (done.size > 0) Object.assign(status, { completedIndexes: formatIndexes(done), succeeded: done.size })
  } else if (succeeded.length > 0) status.succeeded = (status.succeeded ?? 0) + succeeded.length
}

/** Lets go of pods whose Job is gone, going, or was replaced by one of the same name: nobody will count them. */
export function releaseOrphans(
  context: ControllerContext,
  namespace: string,
  jobName: string,
  uid: string | undefined,
): void {
  for (const pod of context.store.list<Pod>('pods', { namespace })) {
    const owner = controllerOf(pod)
    if (owner?.kind === 'Job' && owner.name === jobName && owner.uid !== uid && isTracked(pod)) release(context, pod)
  }
}
