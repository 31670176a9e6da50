import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { clusterId, contextId, fault, read, time, write } from './base.ts'
import { nothing, on, records, type RightsOf } from './right.ts'

export const stepStates = ['waiting', 'running', 'done', 'failed', 'skipped', 'undone', 'interrupted'] as const

export const step = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(stepStates),
  /** One line, live: "2 of 4 new pods ready. Waiting for ...-zz5lj to pass its readiness check." */
  detail: z.string(),
  startedAt: time.optional(),
  endedAt: time.optional(),
  /** Milliseconds this step took last time, where known. */
  plannedMs: z.number().optional(),
  progress: z
    .object({ done: z.number(), total: z.number().optional(), unit: z.enum(['bytes', 'pods', 'objects']) })
    .optional(),
  /** `safe`: the live system is unchanged and stopping is free. `change`: the live system changes. */
  group: z.enum(['safe', 'change']),
})
export type Step = z.infer<typeof step>

/** What can be done about a task that was interrupted. */
export const offer = z.object({
  /** The call that does it, as `deploy.resume`. */
  call: z.string(),
  /** On the button: "Resume the deployment". */
  title: z.string(),
})
export type Offer = z.infer<typeof offer>

/** `interrupted`: engine or app ended while it ran. */
export const taskStates = ['running', 'done', 'failed', 'cancelled', 'interrupted'] as const

export const task = z.object({
  /** Sorts by the time it started. */
  id: z.string(),
  /** The noun's own word for this work: `deploy`, `restore`. */
  kind: z.string(),
  /** The call that started it, as `backups.start`; empty for the console's own work. */
  call: z.string(),
  /** Of that call. */
  effect: z.enum(['write', 'destructive']),
  cluster: clusterId,
  namespace: z.string(),
  /** The way to the cluster that it was started by. */
  context: contextId,
  title: z.string(),
  state: z.enum(taskStates),
  steps: z.array(step),
  /** The last lines of what happened, oldest first, at most 200. */
  log: z.array(z.object({ at: time, level: z.enum(['info', 'good', 'warn', 'error']), text: z.string() })),
  startedAt: time,
  /** Of an interrupted task: its last sign of life. */
  endedAt: time.optional(),
  by: z.string(),
  /** Why it cannot be stopped now; empty when it can. */
  uncancellable: z.string(),
  fault: fault.optional(),
  /** The noun's own result: the id of the backup, release or restore made. */
  result: z.record(z.string(), z.string()),
  /** What can be done about it now that it was interrupted; empty for every other state. */
  offers: z.array(offer),
  /** A window has shown how it ended. */
  seen: z.boolean(),
})
export type Task = z.infer<typeof task>

export const tasks = {
  /** Running tasks, those of this session, and those whose end no window has shown; each emission is a changed task, whole. */
  watch: read.output(eventIterator(z.array(task))),
  /** All tasks, dismissed ones too, newest first. `before` is the id of a task. */
  history: read
    .input(z.object({ before: z.string().max(100).optional(), limit: z.number().int().min(1).max(200).default(50) }))
    .output(z.array(task)),
  cancel: write('stopped a task')
    .input(z.object({ id: z.string() }))
    .output(z.void()),
  /** Removes an ended task from the list; it stays in the history. */
  dismiss: read.input(z.object({ id: z.string() })).output(z.void()),
  /** A window shows how these ended. */
  seen: read.input(z.object({ ids: z.array(z.string().max(100)).max(500) })).output(z.void()),
  /** Asks the cluster what became of an interrupted task, and what can be done about it. */
  look: read.input(z.object({ id: z.string() })).output(z.void()),
}
export const taskStarted = z.object({ taskId: z.string() })

export const tasksRights = {
  watch: nothing,
  history: nothing,
  cancel: nothing,
  dismiss: nothing,
  seen: nothing,
  look: [...records, on('leases.coordination.k8s.io', 'get')],
} satisfies RightsOf<typeof tasks>
