import { conditionOf, isTrue, withCondition, type Condition } from '../conditions.ts'
import type { Pod } from '../kinds.ts'
import { parseTime } from '../loop/clock.ts'
import type { FailureRule, Job } from './kinds.ts'

/** How a Job ends, when it does. */
export interface Verdict {
  type: 'Complete' | 'Failed'
  reason: string
  message: string
}

export const isJobFinished = (job: Job): boolean =>
  isTrue(job.status?.conditions, 'Complete') || isTrue(job.status?.conditions, 'Failed')

/** When the Job ended, in milliseconds; undefined while it runs. */
export function finishedAt(job: Job): number | undefined {
  const ended = ['Complete', 'Failed'].map((type) => conditionOf(job.status?.conditions, type))
  const last = ended.find((condition) => condition?.status === 'True')
  return last === undefined ? undefined : parseTime(last.lastTransitionTime)
}

/** Milliseconds until activeDeadlineSeconds is over; undefined without one, or before the Job has started. */
export function deadlineIn(job: Job, now: number): number | undefined {
  const seconds = job.spec.activeDeadlineSeconds
  if (seconds === undefined || job.status?.startTime === undefined) return undefined
  return Math.max(0, parseTime(job.status.startTime) + seconds * 1000 - now)
}

const exitCodes = (pod: Pod): { name: string; code: number }[] =>
  [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].flatMap((status) =>
    status.state?.terminated === undefined ? [] : [{ name: status.name, code: status.state.terminated.exitCode }],
  )

function ruleMatches(rule: FailureRule, pod: Pod): boolean {
  const wanted = rule.onExitCodes
  if (wanted !== undefined) {
    return exitCodes(pod).some(({ name, code }) => {
      if (code === 0 || (wanted.containerName && wanted.containerName !== name)) return false
      return wanted.values.includes(code) === (wanted.operator === 'In')
    })
  }
  return (rule.onPodConditions ?? []).some(
    ({ type, status }) => conditionOf(pod.status?.conditions, type)?.status === (status ?? 'True'),
  )
}

/** What the Job's podFailurePolicy says about a failed pod: the action of the first rule that matches, else Count. */
export function failureAction(job: Job, pod: Pod): { action: string; rule: number } {
  const rules = job.spec.podFailurePolicy?.rules ?? []
  const rule = rules.findIndex((each) => ruleMatches(each, pod))
  return { action: rules[rule]?.action ?? 'Count', rule }
}

const restartsOf = (pods: Pod[]): number =>
  pods
    .flatMap((pod) => [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])])
    .reduce((sum, status) => sum + (status.restartCount ?? 0), 0)

/** The end of a Job as its counts, its deadline and its failed pods imply it. */
export function verdict(
  job: Job,
  counts: { succeeded: number; failed: number; active: Pod[]; newlyFailed: Pod[] },
  now: number,
): Verdict | undefined {
  const { backoffLimit = 6, completions, template } = job.spec
  for (const pod of counts.newlyFailed) {
    const { action, rule } = failureAction(job, pod)
    if (action !== 'FailJob') continue
    const what = exitCodes(pod).find(({ code }) => code !== 0)
    const cause = what === undefined ? 'has a condition' : `failed with exit code ${what.code}`
    const who = what === undefined ? 'Pod' : `Container ${what.name} for pod`
    const message = `${who} ${pod.metadata.namespace ?? ''}/${pod.metadata.name} ${cause} matching FailJob rule at index ${rule}`
    return { type: 'Failed', reason: 'PodFailurePolicy', message }
  }
  const restarts = template.spec.restartPolicy === 'OnFailure' ? restartsOf(counts.active) : 0
  const isSpent = counts.failed > backoffLimit || (restarts > 0 && restarts >= backoffLimit)
  if (isSpent) {
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
  }
  if (deadlineIn(job, now) === 0 && job.spec.suspend !== true) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
  }
  const isDone =
    completions === undefined ? counts.succeeded > 0 && counts.active.length === 0 : counts.succeeded >= completions
  return isDone
    ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
    : undefined
}

/** The announcement of an end: from here on no pod is started, and the pods still running are ended. */
const interimType = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' } as const

/** An end announced earlier, so that it stays the end when the facts that led to it are gone. */
export function announced(job: Job): Verdict | undefined {
  for (const type of ['Failed', 'Complete'] as const) {
    const interim = conditionOf(job.status?.conditions, interimType[type])
    if (interim?.status === 'True') return { type, reason: interim.reason ?? '', message: interim.message ?? '' }
  }
  return undefined
}

/** The conditions with an end announced and, once no pod of the Job is left running, reached. */
export function concludedConditions(
  conditions: Condition[] | undefined,
  end: Verdict,
  isOver: boolean,
  now: number,
): Condition[] {
  const { type, reason, message } = end
  const interim = withCondition(conditions, { type: interimType[type], status: 'True', reason, message }, now)
  return isOver ? withCondition(interim, { type, status: 'True', reason, message }, now) : interim
}
