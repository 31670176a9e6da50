import { z } from 'zod'
import { confirmation, destructive, fault, read, scope, time } from './base.ts'
import { taskStarted } from './tasks.ts'

/** One field that differs. Secret values are masked; long texts are cut. */
export const fieldChange = z.object({
  /** As people write it: `spec.template.spec.containers[backend].image`. */
  path: z.string(),
  /** Empty when the field is not set. */
  before: z.string(),
  after: z.string(),
  /** What follows from it: "restarts the pods", "cannot be changed in place". Empty when nothing but the value changes. */
  effect: z.string(),
})
export type FieldChange = z.infer<typeof fieldChange>

/** A field that the plan wants to set and another field manager owns. */
export const fieldConflict = z.object({
  field: z.string(),
  manager: z.string(),
  /** `Apply` or `Update`. */
  operation: z.string(),
  /** When that manager last wrote to the object; absent when the server does not say. */
  at: time.optional(),
  live: z.string(),
  wanted: z.string(),
})
export type FieldConflict = z.infer<typeof fieldConflict>

export const plannedResource = z.object({
  /** `apps/v1 Deployment agency-swarm-backend`, unique within the plan. */
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  /** `replace`: a field that cannot be changed in place; the object is deleted and made anew. */
  action: z.enum(['create', 'change', 'replace', 'same', 'conflict', 'refused']),
  added: z.number(),
  removed: z.number(),
  /** YAML as it is (empty when new) and as the server answered the dry run; secret values are masked. */
  before: z.string(),
  after: z.string(),
  fields: z.array(fieldChange),
  conflicts: z.array(fieldConflict),
  /** What the change means: "restarts 2 pods, one at a time", "keeps the 4 replicas of the autoscaler". */
  notes: z.array(z.string()),
})
export type PlannedResource = z.infer<typeof plannedResource>

export const planStage = z.object({
  id: z.string(),
  title: z.string(),
  waits: z.string(),
  resources: z.array(plannedResource),
})

export const check = z.object({
  title: z.string(),
  state: z.enum(['passed', 'warning', 'failed']),
  /** What was found, and why it matters. */
  detail: z.string(),
  /** What to do about it; empty when it passed. */
  remedy: z.string(),
})
export type Check = z.infer<typeof check>

/** An object that an earlier release brought and this one does not have. */
export const prunedResource = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  /** What is lost with it: "its volume stays", "nothing that runs uses it". */
  detail: z.string(),
})
export type PrunedResource = z.infer<typeof prunedResource>

/** What the release does to the database, and what going back would mean. */
export const schemaVerdict = z.object({
  /** `none`: same schema. `forward`: migrations will run. `stays`: an older release runs on the newer schema. `restore`: it does not. */
  state: z.enum(['none', 'forward', 'stays', 'restore', 'unknown']),
  /** One or two sentences for people. */
  detail: z.string(),
  migrations: z.array(z.string()),
})
export type SchemaVerdict = z.infer<typeof schemaVerdict>

export const releaseId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/)

export const plan = z.object({
  id: z.string(),
  /** Set when it goes back to an earlier release. */
  rollbackTo: releaseId.nullable(),
  profile: z.string(),
  version: z.string(),
  /** The values beyond the profile, as YAML. */
  values: z.string(),
  stages: z.array(planStage),
  prune: z.array(prunedResource),
  checks: z.array(check),
  schema: schemaVerdict,
  /** Non-empty when the plan cannot be applied. Conflicts are no blockers: they are decided when applying. */
  blockers: z.array(fault),
  madeAt: time,
})
export type Plan = z.infer<typeof plan>

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

export const releaseState = z.enum(['applying', 'failed', 'stopped', 'done', 'undone'])

export const releaseRow = z.object({
  id: releaseId,
  version: z.string(),
  profile: z.string(),
  state: releaseState,
  kind: z.enum(['deploy', 'rollback', 'adopt']),
  startedAt: time,
  endedAt: time.optional(),
  by: z.string(),
  /** SHA-256 of all that was applied, without secret values. */
  digest: z.string(),
  /** Newest migration after it; empty when unknown. */
  schema: z.string(),
  /** Stage it is at or stopped at; empty when done. */
  stage: z.string(),
  fault: fault.nullable(),
  /** The release that is live. */
  isCurrent: z.boolean(),
  /** What going back to it would do to the database. */
  back: schemaVerdict,
})
export type ReleaseRow = z.infer<typeof releaseRow>

export const driftField = fieldChange.omit({ effect: true }).extend({
  /** Who set it last, by the object's managedFields; empty when nobody is named. */
  manager: z.string(),
  operation: z.string(),
  at: time.optional(),
})

export const driftedObject = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  /** `unexpected`: carries the suite's labels and is in no release. */
  state: z.enum(['changed', 'missing', 'unexpected']),
  /** `before` is the release, `after` is the cluster. */
  fields: z.array(driftField),
  /** What reverting would do: "restarts 2 pods". */
  notes: z.array(z.string()),
})
export type DriftedObject = z.infer<typeof driftedObject>

export const driftReport = z.object({
  /** Null when no release is recorded: then there is nothing to compare with. */
  release: releaseId.nullable(),
  checkedAt: time,
  compared: z.number(),
  objects: z.array(driftedObject),
})
export type DriftReport = z.infer<typeof driftReport>

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
      /** Another console is at work on it now. */
      isElsewhere: z.boolean(),
    })
    .nullable(),
  profiles: z.array(z.object({ id: z.string(), title: z.string() })),
  versions: z.array(z.string()),
})
export type DeployStatus = z.infer<typeof deployStatus>

/** Tag of the images: what a registry accepts, and nothing that a shell would read. */
export const version = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/)
const fromBundle = scope.extend({ profile: z.string().max(64), version, values: z.string().max(200_000) })
const objectIds = z.array(z.string().max(512)).max(500)

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
  apply: destructive('deployed the suite', 3)
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
  resume: destructive('resumed a deployment', 2)
    .input(scope.extend({ runId: releaseId, confirmation }))
    .output(taskStarted),
  /** Returns to what was there before the run: earlier objects are re-applied, objects it created are deleted (volumes stay). */
  undo: destructive('undid a deployment', 3)
    .input(scope.extend({ runId: releaseId, confirmation }))
    .output(taskStarted),
}

export const releases = {
  /** Newest first, at most as many as the cluster keeps. */
  list: read.input(scope).output(z.array(releaseRow)),
  detail: read
    .input(scope.extend({ releaseId }))
    .output(z.object({ row: releaseRow, values: z.string(), images: z.array(z.string()), objects: z.number() })),
  /** What differs from one recorded release to another; asks nothing of the live objects. */
  difference: read
    .input(scope.extend({ from: releaseId, to: releaseId }))
    .output(z.object({ values: z.array(fieldChange), resources: z.array(plannedResource) })),
}

export const drift = {
  check: read.input(scope).output(driftReport),
  /** Applies the recorded release again to these objects, over the fields of others; deletes those that are unexpected. */
  revert: destructive('reverted drift', 2)
    .input(scope.extend({ ids: objectIds.min(1), confirmation }))
    .output(z.void()),
  /** Takes what is live into the release: it is no drift any more, and later deployments keep it. */
  adopt: destructive('adopted drift', 2)
    .input(scope.extend({ ids: objectIds.min(1), confirmation }))
    .output(z.void()),
}
