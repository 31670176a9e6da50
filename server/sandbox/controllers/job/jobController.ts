import type { Component } from '../../store/types.ts'
import { keysConcerned } from '../adoption.ts'
import { conditionOf, isTrue, withCondition } from '../conditions.ts'
import type { Pod } from '../kinds.ts'
import { timestamp } from '../loop/clock.ts'
import { controlLoop, ownKey, splitKey, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { isBeingDeleted, isControlledBy } from '../objects.ts'
import { byDispensability, isFinished, isReady } from '../pods.ts'
import { deletePod } from '../creation.ts'
import { backoffIn, startPods } from './jobPods.ts'
import { countEndedPods, release, releaseOrphans, writeJobStatus } from './jobCounts.ts'
import { indexOf } from './indexes.ts'
import type { Job } from './kinds.ts'
import { component, jobLabels } from './labels.ts'
import {
  announced,
  concludedConditions,
  deadlineIn,
  finishedAt,
  isJobFinished,
  verdict,
  type Verdict,
} from './outcome.ts'

const resource = 'jobs.batch'

/** Runs pods until enough of them have succeeded. */
export function jobController(context: ControllerContext): Component {
  return controlLoop(
    {
      name: component,
      watches: [watching<Job>(resource, ownKey), watching<Pod>('pods', keysConcerned(context.store, resource, 'Job'))],
      reconcile: (key) => reconcile(context, key),
    },
    context,
  )
}

const podsOf = (context: ControllerContext, job: Job): Pod[] =>
  context.store.list<Pod>('pods', { namespace: job.metadata.namespace ?? '' }).filter((pod) => isControlledBy(pod, job))

function reconcile(context: ControllerContext, key: string): number | undefined {
  const { namespace, name } = splitKey(key)
  const found = context.store.get<Job>(resource, namespace, name)
  const isCounted = found !== undefined && !isBeingDeleted(found)
  releaseOrphans(context, namespace, name, isCounted ? found.metadata.uid : undefined)
  if (!isCounted) return undefined
  const job = identify(context, found)
  if (isJobFinished(job)) return cleanUp(context, job)
  const { job: counted, newlyFailed } = countEndedPods(context, suspendOrStart(context, job))
  return proceed(context, counted, newlyFailed)
}

/** The selector and labels by which kubectl finds a Job's pods; the API server fills them in where it can. */
function identify(context: ControllerContext, job: Job): Job {
  if (job.spec.selector !== undefined) return job
  const { namespace, name, uid } = job.metadata
  return (
    context.store.update<Job>(resource, namespace, name, (changed) => {
      changed.spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }
      const { template } = changed.spec
      template.metadata = { ...template.metadata, labels: { ...template.metadata?.labels, ...jobLabels(job) } }
    }) ?? job
  )
}

/** Notes the start, and what `suspend` asks for; the deadline counts from the last start or resumption. */
function suspendOrStart(context: ControllerContext, job: Job): Job {
  const now = context.clock.now()
  const wasSuspended = isTrue(job.status?.conditions, 'Suspended')
  const isSuspended = job.spec.suspend === true
  if (isSuspended !== wasSuspended) {
    const told = isSuspended ? ['Suspended', 'Job suspended'] : ['Resumed', 'Job resumed']
    context.recordEvent(job, 'Normal', told[0] ?? '', told[1] ?? '', component)
  }
  return writeJobStatus(context, job, (status) => {
    if (isSuspended) {
      delete status.startTime
      const reason = { reason: 'JobSuspended', message: 'Job suspended' }
      status.conditions = withCondition(status.conditions, { type: 'Suspended', status: 'True', ...reason }, now)
      return
    }
    if (conditionOf(status.conditions, 'Suspended') !== undefined && wasSuspended) {
      const reason = { reason: 'JobResumed', message: 'Job resumed' }
      status.conditions = withCondition(status.conditions, { type: 'Suspended', status: 'False', ...reason }, now)
    }
    status.startTime ??= timestamp(now)
  })
}

function proceed(context: ControllerContext, job: Job, newlyFailed: Pod[]): number | undefined {
  const now = context.clock.now()
  const active = podsOf(context, job).filter((pod) => !isFinished(pod) && !isBeingDeleted(pod))
  const { succeeded = 0, failed = 0 } = job.status ?? {}
  const end = announced(job) ?? verdict(job, { succeeded, failed, active, newlyFailed }, now)
  if (end !== undefined) return conclude(context, job, end)
  if (job.spec.suspend === true) {
    for (const pod of active) withdraw(context, job, pod)
    writeActivity(context, job)
    return undefined
  }
  const wait = backoffIn(context, job)
  try {
    adjust(context, job, active, wait)
  } finally {
    writeActivity(context, job)
  }
  return soonest(wait > 0 ? wait : undefined, deadlineIn(job, now))
}

/** Ends pods beyond the wanted parallelism, or starts what is missing unless a failure is too recent. */
function adjust(context: ControllerContext, job: Job, active: Pod[], wait: number): void {
  const { parallelism = 1, completions } = job.spec
  const succeeded = job.status?.succeeded ?? 0
  // Without completions the first success means: nothing new is started, and the others finish.
  const open = completions === undefined ? (succeeded > 0 ? active.length : Infinity) : completions - succeeded
  const wanted = Math.max(0, Math.min(parallelism, open))
  const surplus = active.toSorted(byDispensability).slice(0, Math.max(0, active.length - wanted))
  for (const pod of surplus) withdraw(context, job, pod)
  const leaving = podsOf(context, job).filter((pod) => !isFinished(pod) && isBeingDeleted(pod)).length
  const missing = wanted - active.length - (job.spec.podFailurePolicy === undefined ? 0 : leaving)
  if (missing > 0 && wait === 0) startPods(context, job, missing, active.map(indexOf))
}

/** Takes a pod back without holding it against the Job: it is let go before it is deleted, so nobody counts it. */
function withdraw(context: ControllerContext, job: Job, pod: Pod): void {
  release(context, pod)
  deletePod(context, job, pod, component)
}

function conclude(context: ControllerContext, job: Job, end: Verdict): number | undefined {
  for (const pod of podsOf(context, job)) {
    if (!isFinished(pod) && !isBeingDeleted(pod)) deletePod(context, job, pod, component)
  }
  const now = context.clock.now()
  const isOver = !podsOf(context, job).some((pod) => !isFinished(pod))
  const concluded = writeJobStatus(context, writeActivity(context, job), (status) => {
    status.conditions = concludedConditions(status.conditions, end, isOver, now)
    if (isOver && end.type === 'Complete') status.completionTime ??= timestamp(now)
  })
  if (!isOver) return undefined
  if (end.type === 'Complete') context.recordEvent(job, 'Normal', 'Completed', 'Job completed', component)
  else context.recordEvent(job, 'Warning', end.reason, end.message, component)
  return cleanUp(context, concluded)
}

function writeActivity(context: ControllerContext, job: Job): Job {
  const pods = podsOf(context, job).filter((pod) => !isFinished(pod))
  const active = pods.filter((pod) => !isBeingDeleted(pod))
  return writeJobStatus(context, job, (status) => {
    status.active = active.length
    status.ready = active.filter(isReady).length
    status.terminating = pods.length - active.length
    if (status.active === 0) delete status.active
  })
}

/** After the end: the Job goes when its time to live is over. */
function cleanUp(context: ControllerContext, job: Job): number | undefined {
  countEndedPods(context, job)
  const ended = finishedAt(job)
  const seconds = job.spec.ttlSecondsAfterFinished
  if (ended === undefined || seconds === undefined) return undefined
  const left = ended + seconds * 1000 - context.clock.now()
  if (left > 0) return left
  const { namespace, name, uid } = job.metadata
  context.store.delete(resource, namespace, name, { propagationPolicy: 'Foreground', preconditions: { uid } })
  return undefined
}

const soonest = (...waits: (number | undefined)[]): number | undefined => {
  const known = waits.filter((wait) => wait !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
