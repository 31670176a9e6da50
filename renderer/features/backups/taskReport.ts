import type { Task } from '#shared/contract/tasks.ts'
import { formatClock, formatDuration, formatMoment } from '../../kit/index.ts'

/** A task as text for a ticket: what, where, who, every step with its duration, the log, how it ended. */
export function taskReport(task: Task, cluster: string): string {
  const steps = task.steps.map((step) => {
    const took =
      step.startedAt === undefined ? '' : ` ${formatDuration((step.endedAt ?? step.startedAt) - step.startedAt)}`
    return `- ${step.title}: ${step.state}${took}${step.detail ? `. ${step.detail}` : ''}`
  })
  const log = task.log.map((line) => `${formatClock(line.at)} ${line.text}`)
  return [
    task.title,
    `Cluster ${cluster}, namespace ${task.namespace}, by ${task.by}`,
    `Started ${formatMoment(task.startedAt)}${task.endedAt === undefined ? '' : `, ended ${formatMoment(task.endedAt)}`}: ${task.state}`,
    ...(task.fault ? [`${task.fault.code}: ${task.fault.message}`] : []),
    '',
    ...steps,
    '',
    ...log,
    '',
  ].join('\n')
}
