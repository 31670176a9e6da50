import { schemaVerdict, releaseId } from './plan.ts'
import { z } from 'zod'
import { fault, read, scope, time } from './base.ts'
import { fieldChange } from './changes.ts'
import { plannedResource } from './plan.ts'
import { records, type RightsOf } from './right.ts'

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

export const releasesRights = {
  list: records,
  detail: records,
  difference: records,
} satisfies RightsOf<typeof releases>
