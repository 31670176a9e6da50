import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { clusterId, fault, read, time, write } from './base.ts'
import { nothing, type RightsOf } from './right.ts'

export const stepStates = ['waiting', 'running', 'done', 'failed', 'skipped', 'undone'] as const

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
    .object({ done: z.number(), total: z.number().optional(), unit: z.enum(['bytes', 'rows', 'pods', 'objects']) })
    .optional(),
  /** `safe`: the live system is unchanged and stopping is free. `change`: the live system changes. */
  group: z.enum(['safe', 'change']),
})
export type Step = z.infer<typeof step>

export const task = z.object({
  id: z.string(),
  kind: z.enum([
    'deploy',
    'undeploy',
    'backup',
    'verify',
    'restore',
    'undoRestore',
    'rollout',
    'migrate',
    'undoMigration',
  ]),
  cluster: clusterId,
  namespace: z.string(),
  title: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled', 'interrupted']),
  steps: z.array(step),
  /** The last lines of what happened, oldest first, at most 200. */
  log: z.array(z.object({ at: time, level: z.enum(['info', 'good', 'warn', 'error']), text: z.string() })),
  startedAt: time,
  endedAt: time.optional(),
  by: z.string(),
  /** Why it cannot be stopped now; empty when it can. */
  uncancellable: z.string(),
  fault: fault.optional(),
  /** The noun's own result: the id of the backup, release or restore made. */
  result: z.record(z.string(), z.string()),
})
export type Task = z.infer<typeof task>

export const tasks = {
  /** All tasks of this session and those an earlier one left unfinished; each emission is a changed task, whole. */
  watch: read.output(eventIterator(z.array(task))),
  cancel: write('stopped a task')
    .input(z.object({ id: z.string() }))
    .output(z.void()),
  /** Removes an ended task from the list. */
  dismiss: read.input(z.object({ id: z.string() })).output(z.void()),
}
export const taskStarted = z.object({ taskId: z.string() })

export const tasksRights = {
  watch: nothing,
  cancel: nothing,
  dismiss: nothing,
} satisfies RightsOf<typeof tasks>
