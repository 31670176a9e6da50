import type { Job } from '../job/kinds.ts'
import { isJobFinished } from '../job/outcome.ts'
import { isTrue } from '../conditions.ts'
import { parseTime } from '../loop/clock.ts'
import type { ControllerContext } from '../loop/controlLoop.ts'
import { byAge } from '../objects.ts'
import { component, referenceTo, scheduledAnnotation, writeCronStatus, type CronJob } from './cronJobs.ts'

/** Brings `status.active` in line with the Jobs that really run, and says which ones have ended. */
export function recordFinished(context: ControllerContext, cronJob: CronJob, jobs: Job[]): CronJob {
  const before = cronJob.status?.active ?? []
  const running = jobs.filter((job) => !isJobFinished(job) && job.metadata.deletionTimestamp === undefined)
  for (const reference of before) {
    const job = jobs.find((each) => each.metadata.uid === reference.uid)
    if (job === undefined) {
      const what = `Active job went missing: ${reference.name}`
      context.recordEvent(cronJob, 'Normal', 'MissingJob', what, component)
    } else if (isJobFinished(job)) {
      const condition = isTrue(job.status?.conditions, 'Complete') ? 'Complete' : 'Failed'
      const what = `Saw completed job: ${job.metadata.name}, condition: ${condition}`
      context.recordEvent(cronJob, 'Normal', 'SawCompletedJob', what, component)
    }
  }
  const lastSuccess = jobs
    .map((job) => job.status?.completionTime)
    .filter((time) => time !== undefined)
    .toSorted((left, right) => parseTime(left) - parseTime(right))
    .at(-1)
  return writeCronStatus(context, cronJob, (status) => {
    const isNoted = (job: Job): boolean => before.some((reference) => reference.uid === job.metadata.uid)
    const kept = before.filter((reference) => running.some((job) => job.metadata.uid === reference.uid))
    // A crash may have come between a scheduled start and its note; Jobs started by hand are not ours to count.
    const forgotten = running.filter((job) => !isNoted(job) && scheduledAnnotation in (job.metadata.annotations ?? {}))
    const active = [...kept, ...forgotten.map(referenceTo)]
    if (active.length > 0) status.active = active
    else delete status.active
    const known = status.lastSuccessfulTime
    if (lastSuccess !== undefined && parseTime(lastSuccess) > parseTime(known)) status.lastSuccessfulTime = lastSuccess
  })
}

/** Deletes the oldest ended Jobs beyond the history limits (3 successful, 1 failed unless told otherwise). */
export function pruneJobs(context: ControllerContext, cronJob: CronJob, jobs: Job[]): void {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec
  const ended = (type: string): Job[] => jobs.filter((job) => isTrue(job.status?.conditions, type)).toSorted(byAge)
  const surplus = (of: Job[], limit: number): Job[] => of.slice(0, Math.max(0, of.length - limit))
  for (const job of [
    ...surplus(ended('Complete'), successfulJobsHistoryLimit),
    ...surplus(ended('Failed'), failedJobsHistoryLimit),
  ]) {
    if (job.metadata.deletionTimestamp !== undefined) continue
    const { namespace, name } = job.metadata
    context.store.delete('jobs.batch', namespace, name, { propagationPolicy: 'Background' })
    context.recordEvent(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`, component)
  }
}
