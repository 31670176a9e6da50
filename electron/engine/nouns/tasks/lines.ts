import { z } from 'zod'
import { fault, time } from '#shared/contract/base.ts'
import { stepStates, task, type Step, type Task } from '#shared/contract/tasks.ts'

/** What an interrupted task of the same suite becomes when this one is done: a deployment that was resumed is done, too. */
export const settles = z.object({
  kinds: z.array(z.string()),
  as: z.enum(['done', 'cancelled']),
  /** A whole sentence for the log of the earlier task. */
  text: z.string(),
})
export type Settles = z.infer<typeof settles>

const begun = task
  .omit({
    state: true,
    steps: true,
    log: true,
    endedAt: true,
    uncancellable: true,
    fault: true,
    offers: true,
    seen: true,
  })
  .extend({
    steps: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        group: z.enum(['safe', 'change']),
        plannedMs: z.number().optional(),
      }),
    ),
  })

/** One fact of a task's journal. A task is what its lines say, folded: in memory as on disk. */
export const line = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('begun'),
    at: time,
    task: begun,
    settles: settles.optional(),
    /** Sequence number of the call's entry in the audit log. */
    entry: z.number().optional(),
  }),
  z.object({ event: z.literal('step'), at: time, id: z.string(), state: z.enum(stepStates), detail: z.string() }),
  z.object({ event: z.literal('log'), at: time, level: z.enum(['info', 'good', 'warn', 'error']), text: z.string() }),
  z.object({ event: z.literal('result'), at: time, values: z.record(z.string(), z.string()) }),
  z.object({
    event: z.literal('ended'),
    at: time,
    state: z.enum(['done', 'failed', 'cancelled', 'interrupted']),
    fault: fault.optional(),
  }),
  z.object({
    event: z.literal('settled'),
    at: time,
    state: z.enum(['done', 'failed', 'cancelled']),
    text: z.string(),
  }),
  /** The entry of its end is in the audit log. */
  z.object({ event: z.literal('audited'), at: time, sequence: z.number() }),
  z.object({ event: z.literal('seen'), at: time }),
  z.object({ event: z.literal('dismissed'), at: time }),
])
export type Line = z.infer<typeof line>
export type Begun = Extract<Line, { event: 'begun' }>

/** A task and what only the engine knows about it. Never changed in place: what was emitted stays as it was. */
export interface Kept {
  readonly task: Task
  readonly settles: Settles | undefined
  readonly entry: number | undefined
  readonly isAudited: boolean
  readonly isDismissed: boolean
  /** Time of its newest line. */
  readonly lastAt: number
}

const keptLogLines = 200

export function begin({ task: { steps, ...rest }, settles, entry, at }: Begun): Kept {
  const whole: Task = {
    ...rest,
    state: 'running',
    uncancellable: '',
    log: [],
    offers: [],
    seen: false,
    steps: steps.map((step) => ({ ...step, state: 'waiting', detail: '' })),
  }
  return { task: whole, settles, entry, isAudited: false, isDismissed: false, lastAt: at }
}

/** The task after one more line. */
export function fold(kept: Kept, next: Line): Kept {
  const { task } = kept
  const to = (changes: Partial<Task>, more: Partial<Kept> = {}): Kept => ({
    ...kept,
    ...more,
    lastAt: next.at,
    task: { ...task, ...changes },
  })
  switch (next.event) {
    case 'begun':
      return kept
    case 'step':
      return to({ steps: task.steps.map((step) => (step.id === next.id ? changed(step, next) : step)) })
    case 'log':
      return to({ log: logged(task, next) })
    case 'result':
      return to({ result: { ...task.result, ...next.values } })
    case 'ended':
      return to({ state: next.state, endedAt: next.at, uncancellable: '', fault: next.fault })
    case 'settled':
      return to({
        state: next.state,
        fault: undefined,
        offers: [],
        log: logged(task, { at: next.at, level: 'info', text: next.text }),
      })
    case 'audited':
      return to({}, { isAudited: true })
    case 'seen':
      return to({ seen: true })
    case 'dismissed':
      return to({ seen: true }, { isDismissed: true })
  }
}

const logged = (task: Task, { at, level, text }: Task['log'][number]): Task['log'] =>
  [...task.log, { at, level, text }].slice(-keptLogLines)

function changed(step: Step, { state, detail, at }: Extract<Line, { event: 'step' }>): Step {
  if (state === 'running') return { ...step, state, detail, startedAt: at }
  return { ...step, state, detail, ...(step.state === 'running' && { endedAt: at }) }
}
