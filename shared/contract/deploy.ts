import { plan } from './plan.ts'
import { z } from 'zod'
import { confirmation, destructive, fault, read, scope, time } from './base.ts'

import { objectIds } from './plan.ts'
import { releaseId } from './plan.ts'
import { taskStarted } from './tasks.ts'
import { applying, nothing, on, planning, records, type RightsOf } from './right.ts'

/** One thing that is wrong with a values file. */
export const valueFault = z.object({
  /** `replicas.backend.maximum`; empty when the text as a whole cannot be read. */
  path: z.string(),
  /** 1-based; 0 when it is about something that is missing. */
  line: z.number(),
  message: z.string(),
})
export type ValueFault = z.infer<typeof valueFault>

/** What may be written in a values file. */
export const valueDescription = z.object({
  path: z.string(),
  type: z.string(),
  description: z.string(),
  /** What the profile says, as YAML. */
  standard: z.string(),
})

export const deployStatus = z.object({
  installed: z
    .object({ id: releaseId, version: z.string(), profile: z.string(), values: z.string(), at: time, by: z.string() })
    .nullable(),
  /** A deployment that stopped half way and can be resumed or undone, from any console. */
  unfinished: z
    .object({
      id: releaseId,
      version: z.string(),
      stage: z.string(),
      fault: fault.nullable(),
      at: time,
      by: z.string(),
      /** Another console is at work on it now; null where reading the lease that says so is forbidden. */
      isElsewhere: z.boolean().nullable(),
    })
    .nullable(),
  profiles: z.array(z.object({ id: z.string(), title: z.string() })),
  versions: z.array(z.string()),
})
export type DeployStatus = z.infer<typeof deployStatus>

/** Tag of the images: what a registry accepts, and nothing that a shell would read. */
export const version = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/)

const fromBundle = scope.extend({ profile: z.string().max(64), version, values: z.string().max(200_000) })

export const deploy = {
  status: read.input(scope).output(deployStatus),
  /** Checks a values file against the schema; asks no cluster. */
  checkValues: read
    .input(fromBundle.pick({ profile: true, values: true }))
    .output(z.object({ faults: z.array(valueFault), known: z.array(valueDescription) })),
  /** A server-side dry run of every object; changes nothing. */
  plan: read.input(fromBundle).output(plan),
  /** The same for an earlier release: its objects as they were recorded. */
  planRollback: read.input(scope.extend({ releaseId })).output(plan),
  apply: destructive({ audit: 'deployed the suite', level: 3 })
    .input(
      scope.extend({
        planId: z.string(),
        /** For every conflict of the plan: keep what the other manager set, or take the field over. */
        decisions: z
          .array(z.object({ id: z.string(), field: z.string(), choice: z.enum(['keep', 'take']) }))
          .max(1000)
          .default([]),
        /** Ids of `prune` that are to be deleted. */
        prune: objectIds.default([]),
        /** Back up the database before anything is changed. */
        safetyBackup: z.boolean().default(false),
        confirmation,
      }),
    )
    .output(taskStarted),
  resume: destructive({ audit: 'resumed a deployment', level: 2 })
    .input(scope.extend({ runId: releaseId, confirmation }))
    .output(taskStarted),
  /** Returns to what was there before the run: earlier objects are re-applied, objects it created are deleted (volumes stay). */
  undo: destructive({ audit: 'undid a deployment', level: 3 })
    .input(scope.extend({ runId: releaseId, confirmation }))
    .output(taskStarted),
}

export const deployRights = {
  status: [...records, on('leases.coordination.k8s.io', 'get')],
  checkValues: nothing,
  plan: planning,
  planRollback: planning,
  apply: applying,
  resume: applying,
  undo: applying,
} satisfies RightsOf<typeof deploy>
