import type { Component } from '../../store/types.ts'
import { isJobFinished } from '../job/outcome.ts'
import type { Job } from '../job/kinds.ts'
import { parseTime, timestamp } from '../loop/clock.ts'
import { controlLoop, ownKey, splitKey, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { isBeingDeleted, isControlledBy, keysOfController } from '../objects.ts'
import { messageOf } from '../creation.ts'
import { pruneJobs, recordFinished } from './history.ts'
import { component, createJob, jobNameAt, resource, writeCronStatus, type CronJob } from './cronJobs.ts'
import { parseSchedule, type Schedule } from './schedule.ts'

/** client-go sleeps this much past the minute, so that a slow clock does not wake it just before. */
const afterTheMinute = 100

/** Starts Jobs by the clock. */
export function cronJobController(context: ControllerContext): Component {
  return controlLoop(
    {
      name: component,
      watches: [
        watching<CronJob>(resource, ownKey),
        watching<Job>('jobs.batch', (job) => keysOfController(job, 'CronJob')),
      ],
      reconcile: (key) => reconcile(context, key),
    },
    context,
  )
}

function reconcile(context: ControllerContext, key: string): number | undefined {
  const { namespace, name } = splitKey(key)
  const found = context.store.get<CronJob>(resource, namespace, name)
  if (found === undefined || isBeingDeleted(found)) return undefined
  const jobs = context.store.list<Job>('jobs.batch', { namespace }).filter((job) => isControlledBy(job, found))
  const cronJob = recordFinished(context, found, jobs)
  pruneJobs(context, cronJob, jobs)
  if (cronJob.spec.suspend === true) return undefined
  const schedule = readSchedule(context, cronJob)
  if (schedule === undefined) return undefined
  startIfDue(context, cronJob, schedule)
  const now = context.clock.now()
  // An `@every` schedule counts from its last start, all others from the calendar.
  const current = context.store.get<CronJob>(resource, namespace, name) ?? cronJob
  const from = current.spec.schedule.startsWith('@every') ? lastStart(current) : now
  return Math.max(0, schedule.next(from) - now) + afterTheMinute
}

const lastStart = (cronJob: CronJob): number =>
  parseTime(cronJob.status?.lastScheduleTime ?? cronJob.metadata.creationTimestamp)

function readSchedule(context: ControllerContext, cronJob: CronJob): Schedule | undefined {
  try {
    return parseSchedule(cronJob.spec.schedule, cronJob.spec.timeZone ?? undefined)
  } catch (error) {
    const what = `unparseable schedule: ${JSON.stringify(cronJob.spec.schedule)} : ${messageOf(error)}`
    context.recordEvent(cronJob, 'Warning', 'UnparseableSchedule', what, component)
    return undefined
  }
}

function startIfDue(context: ControllerContext, cronJob: CronJob, schedule: Schedule): void {
  const now = context.clock.now()
  const deadline = cronJob.spec.startingDeadlineSeconds ?? undefined
  const earliest = deadline === undefined ? lastStart(cronJob) : Math.max(lastStart(cronJob), now - deadline * 1000)
  const { at, isMany } = schedule.latest(earliest, now)
  if (isMany) {
    const what = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
    context.recordEvent(cronJob, 'Warning', 'TooManyMissedTimes', what, component)
  }
  if (at === undefined || isTooLate(context, cronJob, at)) return
  const active = cronJob.status?.active ?? []
  const name = jobNameAt(cronJob, at)
  if (active.some((reference) => reference.name === name)) return
  if (cronJob.spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    const what = 'Not starting job because prior execution is running and concurrency policy is Forbid'
    context.recordEvent(cronJob, 'Normal', 'JobAlreadyActive', what, component)
    return
  }
  if (cronJob.spec.concurrencyPolicy === 'Replace') replaceActive(context, cronJob)
  createJob(context, cronJob, at)
}

function isTooLate(context: ControllerContext, cronJob: CronJob, at: number): boolean {
  const deadline = cronJob.spec.startingDeadlineSeconds ?? undefined
  if (deadline === undefined || at + deadline * 1000 >= context.clock.now()) return false
  const what = `Missed scheduled time to start a job: ${timestamp(at)}`
  context.recordEvent(cronJob, 'Warning', 'MissSchedule', what, component)
  return true
}

function replaceActive(context: ControllerContext, cronJob: CronJob): void {
  const { namespace } = cronJob.metadata
  for (const { name } of cronJob.status?.active ?? []) {
    const job = context.store.get<Job>('jobs.batch', namespace, name)
    if (job === undefined || isJobFinished(job)) continue
    context.store.delete('jobs.batch', namespace, name, { propagationPolicy: 'Background' })
    context.recordEvent(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`, component)
  }
  writeCronStatus(context, cronJob, (status) => {
    delete status.active
  })
}
