import { z } from 'zod'
import { fault, time } from './base.ts'
import { fieldChange } from './changes.ts'

/** Ids of objects, as a plan or a drift report names them. */
export const objectIds = z.array(z.string().max(512)).max(500)

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
  /** `replace`: a field that cannot be changed in place; the object is deleted and re-created. */
  action: z.enum(['create', 'change', 'replace', 'same', 'conflict', 'refused']),
  added: z.number(),
  removed: z.number(),
  /** YAML as it is (empty when new) and as the server answered the dry run; secret values are masked. */
  before: z.string(),
  after: z.string(),
  fields: z.array(fieldChange),
  conflicts: z.array(fieldConflict),
  /** Pods that run now and are replaced by it. */
  restartsPods: z.number(),
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
  /** `unknown`: it could not be checked; the detail says why. */
  state: z.enum(['passed', 'warning', 'failed', 'unknown']),
  /** What was found, and why it matters. */
  detail: z.string(),
  /** What to do about it; empty when it passed, or where nothing can be done. */
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
