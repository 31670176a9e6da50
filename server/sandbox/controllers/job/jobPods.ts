import { createPod } from '../creation.ts'
import { podFromTemplate } from '../podTemplate.ts'
import type { Pod } from '../kinds.ts'
import { parseTime } from '../loop/clock.ts'
import type { ControllerContext } from '../loop/controlLoop.ts'
import { isControlledBy } from '../objects.ts'
import { indexAnnotation, parseIndexes } from './indexes.ts'
import { trackingFinalizer } from './jobCounts.ts'
import type { Job } from './kinds.ts'
import { component, jobLabels } from './labels.ts'

/** A Job waits 10 s after a failure, then 20 s, ... at most 6 min (kubernetes.io/docs/concepts/workloads/controllers/job). */
const firstBackoff = 10_000
const longestBackoff = 360_000

/** When a pod ended, in milliseconds: its last container, or its deletion. */
function endOf(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map((status) => parseTime(status.state?.terminated?.finishedAt))
  const last = Math.max(0, ...ends)
  return last > 0 ? last : parseTime(pod.metadata.deletionTimestamp ?? pod.metadata.creationTimestamp)
}

/** Milliseconds until a new pod may start, by the failures since the last success. */
export function backoffIn(context: ControllerContext, job: Job): number {
  const pods = context.store
    .list<Pod>('pods', { namespace: job.metadata.namespace ?? '' })
    .filter((pod) => isControlledBy(pod, job))
  const lastSuccess = Math.max(0, ...pods.filter((pod) => pod.status?.phase === 'Succeeded').map(endOf))
  const failures = pods
    .filter((pod) => pod.status?.phase === 'Failed')
    .map(endOf)
    .filter((end) => end > lastSuccess)
  if (failures.length === 0) return 0
  const pause = Math.min(firstBackoff * 2 ** (failures.length - 1), longestBackoff)
  return Math.max(0, Math.max(...failures) + pause - context.clock.now())
}

/** Starts pods; those of an Indexed Job take the lowest indexes nobody has finished or is working on. */
export function startPods(context: ControllerContext, job: Job, count: number, busy: (number | undefined)[]): void {
  const isIndexed = job.spec.completionMode === 'Indexed'
  const done = parseIndexes(job.status?.completedIndexes)
  const free = Array.from({ length: job.spec.completions ?? 0 }, (_, index) => index).filter(
    (index) => !done.has(index) && !busy.includes(index),
  )
  for (let started = 0; started < count; started++) {
    const index = isIndexed ? free[started] : undefined
    if (isIndexed && index === undefined) return
    createPod(context, job, jobPod(job, index), component)
  }
}

function jobPod(job: Job, index: number | undefined): ReturnType<typeof podFromTemplate> {
  const { name } = job.metadata
  const generateName = index === undefined ? `${name}-` : `${name}-${index}-`
  const pod = podFromTemplate(job.spec.template, job, { generateName })
  pod.metadata.labels = { ...pod.metadata.labels, ...jobLabels(job) }
  pod.metadata.finalizers = [trackingFinalizer]
  if (index === undefined) return pod
  pod.metadata.annotations = { ...pod.metadata.annotations, [indexAnnotation]: String(index) }
  pod.metadata.labels[indexAnnotation] = String(index)
  const variable = { name: 'JOB_COMPLETION_INDEX', value: String(index) }
  const containers = pod.spec.containers.map((container) => {
    const env = Array.isArray(container.env) ? (container.env as unknown[]) : []
    return { ...container, env: [...env, variable] }
  })
  pod.spec = { ...pod.spec, hostname: `${name}-${index}`, containers }
  return pod
}
