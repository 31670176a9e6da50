import type { KubeObject, ObjectMeta } from '../../store/types.ts'
import type { Job, JobSpec } from '../job/kinds.ts'
import { timestamp } from '../loop/clock.ts'
import type { ControllerContext } from '../loop/controlLoop.ts'
import { ownerReference } from '../objects.ts'
import { createIn, messageOf } from '../creation.ts'

/** The name under which the controller records events. */
export const component = 'cronjob-controller'
export const resource = 'cronjobs.batch'
/** Tells a Job started by the clock from one started by hand. */
export const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

export type JobReference = {
  apiVersion: string
  kind: string
  name: string
  namespace?: string
  uid: string
  resourceVersion?: string
}

type CronJobSpec = {
  schedule: string
  timeZone?: string | null
  startingDeadlineSeconds?: number | null
  concurrencyPolicy?: string
  suspend?: boolean
  successfulJobsHistoryLimit?: number
  failedJobsHistoryLimit?: number
  jobTemplate: { metadata?: Partial<ObjectMeta>; spec: JobSpec }
}

export type CronJobStatus = { active?: JobReference[]; lastScheduleTime?: string; lastSuccessfulTime?: string }

export type CronJob = KubeObject<CronJobSpec, CronJobStatus> & { spec: CronJobSpec }

export function writeCronStatus(
  context: ControllerContext,
  cronJob: CronJob,
  change: (status: CronJobStatus) => void,
): CronJob {
  const { namespace, name } = cronJob.metadata
  const write = (changed: CronJob): void => change((changed.status ??= {}))
  return context.store.update<CronJob>(resource, namespace, name, write, { subresource: 'status' }) ?? cronJob
}

/** One name per scheduled minute, so that a start is never made twice. */
export const jobNameAt = (cronJob: CronJob, at: number): string => `${cronJob.metadata.name}-${Math.floor(at / 60_000)}`

export const referenceTo = (job: Job): JobReference => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  name: job.metadata.name,
  namespace: job.metadata.namespace ?? '',
  uid: job.metadata.uid,
  resourceVersion: job.metadata.resourceVersion,
})

/** Starts the Job of a scheduled time and notes it; the Job of an earlier try, after a crash, is only noted. */
export function createJob(context: ControllerContext, cronJob: CronJob, at: number): void {
  const { jobTemplate } = cronJob.spec
  const { namespace = '' } = cronJob.metadata
  const name = jobNameAt(cronJob, at)
  const existing = context.store.get<Job>('jobs.batch', namespace, name)
  if (existing === undefined) {
    try {
      const job = createIn<Job>(context, 'jobs.batch', {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          name,
          namespace,
          labels: { ...jobTemplate.metadata?.labels },
          annotations: {
            ...jobTemplate.metadata?.annotations,
            [scheduledAnnotation]: timestamp(at),
          },
          ownerReferences: [ownerReference(cronJob)],
        },
        spec: structuredClone(jobTemplate.spec),
        status: {},
      })
      context.recordEvent(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${name}`, component)
      noteStart(context, cronJob, at, job)
    } catch (error) {
      context.recordEvent(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`, component)
      throw error
    }
  } else noteStart(context, cronJob, at, undefined)
}

function noteStart(context: ControllerContext, cronJob: CronJob, at: number, job: Job | undefined): void {
  writeCronStatus(context, cronJob, (status) => {
    if (job !== undefined) status.active = [...(status.active ?? []), referenceTo(job)]
    status.lastScheduleTime = timestamp(at)
  })
}
