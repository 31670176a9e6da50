import type { Fault } from '#shared/contract/base.ts'
import type { Offer, Task } from '#shared/contract/tasks.ts'
import type { TaskRecord } from './taskRecord.ts'

/** What a noun knows about one of its interrupted tasks. */
export interface Standing {
  offers: Offer[]
  /** Where it is known by now how the work ended: resumed from another console, undone, replaced. */
  settled?: { state: 'done' | 'failed' | 'cancelled'; text: string }
}

/** Says what can be done about an interrupted task; it may ask the cluster, and throws when that does not answer. */
export type StandingOf = (task: Task) => Promise<Standing>

export const lookAgain: Offer = { call: 'tasks.look', title: 'Look again' }

/** Ends a task that an earlier console left running, at its last sign of life. */
export function interrupt(record: TaskRecord): void {
  const { task, lastAt: at } = record.kept
  const step = task.steps.find(({ state }) => state === 'running')
  if (step) record.note({ event: 'step', at, id: step.id, state: 'interrupted', detail: step.detail })
  record.note({ event: 'ended', at, state: 'interrupted', fault: interruptionIn(step) })
}

function interruptionIn(step: Task['steps'][number] | undefined): Fault {
  const code = 'ENGINE_LOST'
  if (!step) return { code, message: 'The console ended between two steps of this task.', details: {} }
  const effect =
    step.group === 'safe'
      ? 'This step does not change the live system, so the task can be started again.'
      : 'This step may have changed the live system. Check it before you start the task again.'
  return { code, message: `The console ended during "${step.title}". ${effect}`, details: { step: step.id } }
}
