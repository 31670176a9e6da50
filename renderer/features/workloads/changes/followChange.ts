import type { Scope } from '#shared/contract/base.ts'
import type { WorkloadChange, WorkloadDetail } from '#shared/contract/rollouts.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { dismissToast, showTask, taskEnd, toast } from '../../../app/index.ts'
import { openChange, type Workload } from './changeStore.ts'
import { changeWords, undoOf } from './changeWords.ts'

export interface Followed {
  scope: Scope
  workload: Workload
  change: WorkloadChange
  /** The workload before the change; without it no undo is offered. */
  before?: WorkloadDetail | undefined
  taskId: string
}

/** Tells that a change is under way and how it ended, each time with its task and the way back. @returns the task's end */
export async function followChange({ scope, workload, change, before, taskId }: Followed): Promise<Task> {
  const words = changeWords(change, workload.name)
  const undo = (previousRevision?: number) => {
    const back = before ? undoOf(change, before, previousRevision) : null
    return back ? { undo: () => openChange({ of: 'one', scope, workload, do: back.do, preset: back }) } : {}
  }
  const action = { title: 'Open task', perform: () => showTask(taskId) }
  const first = toast({ status: 'progress', context: scope.context, title: words.running, action, ...undo() })
  const task = await taskEnd(taskId)
  dismissToast(first)
  const previous = Number(task.result['previousRevision'])
  const back = undo(Number.isInteger(previous) && previous > 0 ? previous : undefined)
  if (task.state === 'done') {
    toast({ status: 'healthy', context: scope.context, title: words.done, action, ...back })
  } else if (task.state === 'failed') {
    toast({
      status: 'failed',
      context: scope.context,
      title: words.failed,
      detail: task.fault?.message ?? '',
      action,
      ...back,
    })
  } else {
    toast({
      status: 'warning',
      context: scope.context,
      title: `${words.running}: no longer followed`,
      detail: 'What was changed stays, and the cluster continues with it.',
      action,
      ...back,
    })
  }
  return task
}
