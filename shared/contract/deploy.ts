import { z } from 'zod'
import { confirmation, destructive, fault, read, scope, time } from './base.ts'
import { taskStarted } from './tasks.ts'

export const plannedResource = z.object({
  /** `apps/v1 Deployment agency-swarm-backend`, unique within the plan. */
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  action: z.enum(['create', 'change', 'same', 'conflict', 'refused']),
  added: z.number(),
  removed: z.number(),
  /** YAML as it is (empty when new) and as the server answered the dry run; secret values are masked. */
  before: z.string(),
  after: z.string(),
  /** What the change means: "restarts 2 pods", "owned by helm: spec.replicas". */
  notes: z.array(z.string()),
})
export type PlannedResource = z.infer<typeof plannedResource>

export const planStage = z.object({
  id: z.string(),
  title: z.string(),
  waits: z.string(),
  resources: z.array(plannedResource),
})

export const check = z.object({ title: z.string(), state: z.enum(['passed', 'warning', 'failed']), detail: z.string() })

export const plan = z.object({
  id: z.string(),
  profile: z.string(),
  version: z.string(),
  stages: z.array(planStage),
  checks: z.array(check),
  /** Non-empty when the plan cannot be applied. */
  blockers: z.array(fault),
  madeAt: time,
})
export type Plan = z.infer<typeof plan>

export const deployStatus = z.object({
  installed: z.object({ version: z.string(), profile: z.string(), at: time, by: z.string() }).nullable(),
  /** A deployment that stopped half way and can be resumed or undone. */
  unfinished: z
    .object({ id: z.string(), version: z.string(), stage: z.string(), fault: fault.nullable(), at: time })
    .nullable(),
  profiles: z.array(z.object({ id: z.string(), title: z.string() })),
  versions: z.array(z.string()),
})
export type DeployStatus = z.infer<typeof deployStatus>

export const deploy = {
  status: read.input(scope).output(deployStatus),
  /** A server-side dry run of every object; changes nothing. */
  plan: read
    .input(
      scope.extend({ profile: z.string().max(64), version: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/) }),
    )
    .output(plan),
  apply: destructive('deployed the suite', 3)
    .input(scope.extend({ planId: z.string(), confirmation }))
    .output(taskStarted),
  resume: destructive('resumed a deployment', 2)
    .input(scope.extend({ runId: z.string(), confirmation }))
    .output(taskStarted),
  /** Returns to what was there before the run: earlier objects are re-applied, objects it created are deleted (volumes stay). */
  undo: destructive('undid a deployment', 3)
    .input(scope.extend({ runId: z.string(), confirmation }))
    .output(taskStarted),
}
