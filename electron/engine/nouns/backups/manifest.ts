import { z } from 'zod'
import { ConsoleError } from '#shared/errors.ts'
import { databaseFacts } from './facts.ts'
import { recoveryId } from './names.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** A file's name, and never a path. */
const memberName = z.string().regex(/^[a-z0-9][a-z0-9-]*(\.[a-z0-9]+)*$/)

/** The member that every backup of a database has. */
export const archiveName = 'database.dump'

export const manifest = z.object({
  /** 1: sealed with a secret of one console, one member. 2: signed with Ed25519, several members. */
  format: z.union([z.literal(1), z.literal(2)]),
  id: recoveryId,
  cluster: z.string(),
  clusterName: z.string(),
  namespace: z.string(),
  takenAt: z.number(),
  tookMs: z.number(),
  by: z.string(),
  reason: z.string(),
  database: databaseFacts.extend({
    name: z.string(),
    bytes: z.number(),
    /** `15.14`, and 150014 as PostgreSQL counts. */
    serverVersion: z.string(),
    serverVersionNumber: z.number(),
    dumpVersion: z.string(),
    /** The newest migration; empty when the suite has none. */
    schemaVersion: z.string(),
  }),
  /** By service. */
  images: z.record(z.string(), z.string()),
  /** The files beside it. */
  members: z.array(z.object({ name: memberName, bytes: z.number(), sha256 })).min(1),
  /** The head of the audit log when it was taken: a log that was cut since does not reach it. */
  audit: z
    .object({
      sequence: z.number(),
      hash: z.string(),
      at: z.number(),
      publicKey: z.string(),
      signature: z.string(),
    })
    .optional(),
  /** Tables that had rows in the backup before and have none in this one. */
  emptied: z.array(z.string()),
})
export type Manifest = z.infer<typeof manifest>
export type AuditCheckpoint = NonNullable<Manifest['audit']>

/** The database's archive among the members. @throws ConsoleError ARCHIVE_DAMAGED when there is none */
export function archiveOf({ id, members }: Manifest): Manifest['members'][number] {
  const archive = members.find(({ name }) => name === archiveName)
  if (archive) return archive
  throw new ConsoleError('ARCHIVE_DAMAGED', 'This backup holds no archive of the database.', { id })
}

/** Written beside the manifest once a trial restore gave back what was there. */
export const verifiedRecord = z.object({ id: recoveryId, at: z.number(), by: z.string(), archive: sha256 })
export type VerifiedRecord = z.infer<typeof verifiedRecord>
