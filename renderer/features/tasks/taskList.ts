import type { Task } from '#shared/contract/tasks.ts'

/** Folds emissions of changed tasks, each whole, into the list: running ones first, then the newest. */
export function foldTasks(before: readonly Task[], changed: readonly Task[]): Task[] {
  const byId = new Map(before.map((task) => [task.id, task]))
  for (const task of changed) byId.set(task.id, task)
  return [...byId.values()].sort(
    (a, b) => Number(b.state === 'running') - Number(a.state === 'running') || b.startedAt - a.startedAt,
  )
}

/** The step that is running, or the one that failed: what one line about a task should speak of. */
export function currentStep(task: Task): Task['steps'][number] | undefined {
  return task.steps.find((step) => step.state === 'running' || step.state === 'failed')
}

/** "3 of 7": how far a task is, counting the steps that need nothing more. */
export function stepPosition(task: Task): { done: number; total: number } {
  const done = task.steps.filter(
    (step) => step.state === 'done' || step.state === 'skipped' || step.state === 'undone',
  ).length
  return { done, total: task.steps.length }
}
