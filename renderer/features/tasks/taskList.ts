import type { Task } from '#shared/contract/tasks.ts'
import type { Destination } from '../../app/index.ts'

const pages: Record<string, Destination> = {
  deploy: { page: 'deploy' },
  backups: { page: 'backups' },
  rollouts: { page: 'workloads' },
  configuration: { page: 'configuration' },
  migrations: { page: 'configuration', parameters: { tab: 'migrations' } },
}

/** The page of the noun that a call belongs to; undefined for those without one. */
export function pageOf(call: string): Destination | undefined {
  return pages[call.split('.')[0] ?? '']
}

/** Running tasks first, then the newest. */
export function orderTasks(tasks: Iterable<Task>): Task[] {
  return [...tasks].sort(
    (a, b) => Number(b.state === 'running') - Number(a.state === 'running') || b.startedAt - a.startedAt,
  )
}

/** The step that is running, or the one that failed: what one line about a task should speak of. */
export function currentStep(task: Task): Task['steps'][number] | undefined {
  return task.steps.find(({ state }) => state === 'running' || state === 'failed' || state === 'interrupted')
}

/** "3 of 7": how far a task is, counting the steps that need nothing more. */
export function stepPosition(task: Task): { done: number; total: number } {
  const done = task.steps.filter(
    (step) => step.state === 'done' || step.state === 'skipped' || step.state === 'undone',
  ).length
  return { done, total: task.steps.length }
}
