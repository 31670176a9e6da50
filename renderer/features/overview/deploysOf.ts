import type { Scope } from '#shared/contract/base.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { tasksOf } from '../../app/index.ts'

/** The deployments of one namespace, oldest first. */
export function deploysOf(tasks: ReadonlyMap<string, Task>, scope: Scope): Task[] {
  return tasksOf(tasks.values(), scope).filter(({ kind }) => kind === 'deploy' || kind === 'undeploy')
}
