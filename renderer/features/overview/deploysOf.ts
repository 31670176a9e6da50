import type { Scope } from '#shared/contract/base.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { isSameCluster } from '../../app/index.ts'

/** The deployments of one namespace, oldest first. */
export function deploysOf(tasks: ReadonlyMap<string, Task>, scope: Scope): Task[] {
  return [...tasks.values()].filter(
    (task) =>
      (task.kind === 'deploy' || task.kind === 'undeploy') &&
      isSameCluster(task.cluster, scope.context) &&
      task.namespace === scope.namespace,
  )
}
