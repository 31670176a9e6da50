import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { ConsoleError } from '#shared/errors.ts'
import { databaseFacts } from './facts.ts'
import { recoveryId } from './names.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

export const manifest = z.object({
  format: z.literal(1),
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
  members: z.array(z.object({ name: z.literal('database.dump'), bytes: z.number(), sha256 })).length(1),
  /** Tables that had rows in the backup before and have none in this one. */
  emptied: z.array(z.string()),
})
export type Manifest = z.infer<typeof manifest>

/** Written beside the manifest once a trial restore gave back what was there. */
export const verifiedRecord = z.object({ id: recoveryId, at: z.number(), by: z.string(), archive: sha256 })
export type VerifiedRecord = z.infer<typeof verifiedRecord>

/**
 * Authenticates what is written about backups with HMAC-SHA-256. The key never leaves the data directory: who can change a manifest
 * without it is noticed.
 */
export class Seal {
  readonly #key: Buffer

  /** @param keyPath made with mode 0600 when it is missing */
  constructor(keyPath: string) {
    this.#key = readOrMakeKey(keyPath)
  }

  /** JSON with the seal beside the contents. */
  close(contents: unknown): string {
    return `${JSON.stringify({ contents, seal: this.#seal(contents) }, null, 2)}\n`
  }

  /** @throws ConsoleError ARCHIVE_DAMAGED when it was changed, cut short, or is not of this kind */
  open<T>(kind: z.ZodType<T>, text: string, path: string): T {
    try {
      const { contents, seal } = z.object({ contents: z.unknown(), seal: z.string() }).parse(JSON.parse(text))
      const [given, right] = [Buffer.from(seal), Buffer.from(this.#seal(contents))]
      if (given.length !== right.length || !timingSafeEqual(given, right)) throw new Error('the seal does not fit')
      return kind.parse(contents)
    } catch (error) {
      throw new ConsoleError(
        'ARCHIVE_DAMAGED',
        'The description of this backup was changed or is not complete. It is not used; the database and other backups are not affected.',
        { path, raw: error instanceof Error ? error.message : String(error) },
      )
    }
  }

  #seal(contents: unknown): string {
    return `hmac-sha256:${createHmac('sha256', this.#key).update(JSON.stringify(contents)).digest('hex')}`
  }
}

function readOrMakeKey(path: string): Buffer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    const file = openSync(path, 'wx', 0o600)
    writeSync(file, randomBytes(32))
    fsyncSync(file)
    closeSync(file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const key = readFileSync(path)
  if (key.length !== 32) {
    throw new ConsoleError('STATE_UNKNOWN', 'The key that authenticates backups is damaged. Put it back from a copy.', {
      path,
    })
  }
  return key
}
