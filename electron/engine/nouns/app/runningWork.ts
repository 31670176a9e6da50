import type { Task } from '#shared/contract/tasks.ts'
import type { RunningWork } from '#shared/rpc/host.ts'
import type { Broadcast } from '../../flow/broadcast.ts'
import type { Host } from '../../ports/host.ts'

/** What is needed of the engine's tasks. */
export interface TaskList {
  all(): Task[]
  readonly changes: Broadcast<Task>
}

/**
 * Keeps the Host informed of the work that runs, so that closing the window, quitting and sleep know of it. Told when the list or what
 * can be stopped changes, not at every step.
 * @returns ends it
 */
export function tellWork(tasks: TaskList, host: Pick<Host, 'workChanged' | 'workEnded'>): () => void {
  const running = new Map<string, RunningWork>()
  const take = (task: Task): boolean => {
    const known = running.get(task.id)
    if (task.state !== 'running') {
      if (running.delete(task.id)) host.workEnded(task.title.slice(0, 500), outcomeOf(task))
      return known !== undefined
    }
    const next = workOf(task)
    running.set(task.id, next)
    return known?.uncancellable !== next.uncancellable
  }
  const tell = () => host.workChanged([...running.values()])
  for (const task of tasks.all()) take(task)
  if (running.size > 0) tell()
  return tasks.changes.on((task) => {
    if (take(task)) tell()
  })
}

const workOf = ({ id, title, namespace, uncancellable }: Task): RunningWork => ({
  id,
  title: title.slice(0, 500),
  place: namespace.slice(0, 500),
  uncancellable: uncancellable.slice(0, 1000),
})

const outcomes: Record<Exclude<Task['state'], 'running'>, string> = {
  done: 'Done.',
  failed: 'Failed.',
  cancelled: 'Stopped.',
  interrupted: 'Interrupted.',
}

function outcomeOf({ state, fault }: Task): string {
  if (state === 'running') return ''
  return state === 'failed' && fault ? `Failed. ${fault.message}`.slice(0, 1000) : outcomes[state]
}
