import { create } from 'zustand'
import type { Scope } from '#shared/contract/base.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { isSameCluster } from './clusters.ts'
import { openDockTab } from './dock.ts'

interface TasksState {
  /** By id, in the order they started. */
  tasks: ReadonlyMap<string, Task>
  /** The one whose steps the list of tasks shows; null shows the newest. */
  shown: string | null
}

/** Long work of this session, kept by the shell from `tasks.watch`. It survives page changes. */
export const useTasks = create<TasksState>(() => ({ tasks: new Map(), shown: null }))

/** Joins a batch of changed tasks to those known. */
export function foldTasks(before: ReadonlyMap<string, Task>, changed: readonly Task[]): ReadonlyMap<string, Task> {
  const next = new Map(before)
  for (const task of changed) next.set(task.id, task)
  return next
}

/** Ids of the tasks that this window saw running, and that have ended now. */
export function endedInSight(before: ReadonlyMap<string, Task>, now: ReadonlyMap<string, Task>): string[] {
  return [...now.values()]
    .filter(({ id, state, seen }) => state !== 'running' && !seen && before.get(id)?.state === 'running')
    .map(({ id }) => id)
}

/** The tasks of one suite, whatever context they were started by; oldest first. */
export function tasksOf(tasks: Iterable<Task>, { context, namespace }: Scope): Task[] {
  return [...tasks].filter((task) => task.namespace === namespace && isSameCluster(task.cluster, context))
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

/** Opens the list of tasks in the dock, with the steps of one of them where one is named. */
export function showTask(id: string | null = null): void {
  useTasks.setState({ shown: id })
  openDockTab({ id: 'tasks', kind: 'tasks', title: 'Tasks' })
}

/** Resolves with the task once it has ended, whatever page is open by then. */
export function taskEnd(id: string): Promise<Task> {
  return new Promise((resolve) => {
    const tell = ({ tasks }: TasksState) => {
      const task = tasks.get(id)
      if (!task || task.state === 'running') return
      leave()
      resolve(task)
    }
    const leave = useTasks.subscribe(tell)
    tell(useTasks.getState())
  })
}
