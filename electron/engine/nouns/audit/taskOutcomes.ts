import type { Tasks } from '../tasks/tasks.ts'
import type { AuditLog } from './log.ts'

/** A call that starts a task is done when the task runs; how the task ended is recorded here. */
export function recordTaskOutcomes(tasks: Tasks, audit: AuditLog): void {
  tasks.changes.on((task) => {
    if (task.endedAt === undefined) return
    const steps = task.steps.map(({ id, state }) => `${id}: ${state}`)
    void audit.append({
      by: task.by,
      action: `tasks.${task.kind}`,
      summary: task.title,
      cluster: task.cluster,
      namespace: task.namespace,
      effect: task.kind === 'backup' || task.kind === 'verify' ? 'write' : 'destructive',
      outcome: task.state === 'done' ? 'done' : 'failed',
      details: {
        task: task.id,
        state: task.state,
        steps,
        result: task.result,
        ...(task.fault ? { code: task.fault.code } : {}),
      },
    })
  })
}
