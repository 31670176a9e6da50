import type { FastifyBaseLogger } from 'fastify'
import { sweepSessions } from '../database/sessions.ts'
import type { Database } from '../database/connection.ts'

/** Every replica does it; the second finds nothing. Milliseconds. */
const sweepEvery = 3_600_000

/** Deletes sessions that have long been over. @returns what stops it */
export function keepSweeping(database: Database, log: FastifyBaseLogger): () => void {
  const timer = setInterval(() => {
    sweepSessions(database).catch((error: unknown) => {
      log.warn({ err: error }, 'old sessions could not be deleted; it is tried again in an hour')
    })
  }, sweepEvery)
  return () => {
    clearInterval(timer)
  }
}
