import { create } from 'zustand'
import type { Task } from '#shared/contract/tasks.ts'

interface TasksState {
  /** By id, in the order they started. */
  tasks: ReadonlyMap<string, Task>
}

/** Long work of this session, kept by the shell from `tasks.watch`. It survives page changes. */
export const useTasks = create<TasksState>(() => ({ tasks: new Map() }))

/** Joins a batch of changed tasks to those known. */
export function foldTasks(before: ReadonlyMap<string, Task>, changed: readonly Task[]): ReadonlyMap<string, Task> {
  const next = new Map(before)
  for (const task of changed) next.set(task.id, task)
  return next
}

export function useTask(id: string | undefined): Task | undefined {
  return useTasks((state) => (id === undefined ? undefined : state.tasks.get(id)))
}

/** Removes a dismissed task from view; the engine has been told by the caller. */
export function forgetTask(id: string): void {
  useTasks.setState(({ tasks }) => {
    const next = new Map(tasks)
    next.delete(id)
    return { tasks: next }
  })
}
