import { pino } from 'pino'
import { sql } from 'kysely'
import {
  databaseVariables,
  encryptionVariables,
  readConfiguration,
  serviceVariables,
  type Environment,
} from '../common/configuration.ts'
import { createEncryption, DecryptionError, deriveKey, type EncryptionKeys } from '../common/encryption.ts'
import { logOptions } from '../common/logging.ts'
import { recordAudit } from './audit.ts'
import { renewAuditHead } from './auditChain.ts'
import { openDatabase, type Database } from './connection.ts'
import { locks } from './locks.ts'
import { placeOf } from './secrets.ts'

const variables = { LOG_LEVEL: serviceVariables.LOG_LEVEL, ...databaseVariables, ...encryptionVariables }

/** Each batch is a transaction: an interrupted rotation has lost nothing and continues where it was. */
const batch = 100

export interface Rotation {
  readonly secrets: number
  readonly auditHead: boolean
}

/** Another process is rotating at this moment. */
export class RotationRunsError extends Error {
  override readonly name = 'RotationRunsError'
}

/**
 * Re-encrypts every secret with the present key, and authenticates the head of the audit chain with it. Afterwards the previous key is
 * needed by nobody. Safe to run twice and to interrupt.
 * @throws RotationRunsError, and DecryptionError naming the secrets that neither key opens, after all others are done
 */
export async function rotateKeys(database: Database, keys: EncryptionKeys): Promise<Rotation> {
  // The lock belongs to a connection of its own, and ends with it.
  return database.connection().execute(async (holder) => {
    const { rows } = await sql<{ mine: boolean }>`SELECT pg_try_advisory_lock(${locks.keyRotation}) AS mine`.execute(
      holder,
    )
    if (rows[0]?.mine !== true) {
      throw new RotationRunsError('Another rotation is running. Run this one again when it has ended.')
    }
    try {
      return await rotate(database, keys)
    } finally {
      await sql`SELECT pg_advisory_unlock(${locks.keyRotation})`.execute(holder)
    }
  })
}

async function rotate(database: Database, keys: EncryptionKeys): Promise<Rotation> {
  const { renewed, closed } = await renewSecrets(database, keys)
  const auditHead = await database.transaction().execute(async (transaction) => {
    const previous = keys.previous === undefined ? undefined : deriveKey(keys.previous, 'audit')
    const isRenewed = await renewAuditHead(transaction, { current: deriveKey(keys.current, 'audit'), previous })
    await recordAudit(transaction, {
      event: 'encryption-key.rotated',
      actor: 'rotate-encryption-key',
      address: 'local',
      details: { secrets: renewed, auditHead: isRenewed, notOpened: closed.length },
    })
    return isRenewed
  })
  if (closed.length > 0) {
    throw new DecryptionError(
      `Neither key opens these secrets, which are as they were: ${closed.join(', ')}. All others are encrypted with the present key. ` +
        'Enter these again, or run this again with the key that they were encrypted with as ENCRYPTION_KEY_PREVIOUS.',
    )
  }
  return { secrets: renewed, auditHead }
}

async function renewSecrets(database: Database, keys: EncryptionKeys): Promise<{ renewed: number; closed: string[] }> {
  const encryption = createEncryption(keys)
  const closed: string[] = []
  let renewed = 0
  let last = ''
  for (;;) {
    const names = await database.transaction().execute(async (transaction) => {
      const rows = await transaction
        .selectFrom('archon_secrets')
        .select(['name', 'ciphertext'])
        .where('name', '>', last)
        .orderBy('name')
        .limit(batch)
        // A value that is being written is waited for: it must not be overwritten by the one before.
        .forUpdate()
        .execute()
      for (const { name, ciphertext } of rows.filter((row) => encryption.isStale(row.ciphertext))) {
        const plain = opened(() => encryption.decrypt(ciphertext, placeOf(name)))
        if (plain === undefined) {
          closed.push(name)
          continue
        }
        await transaction
          .updateTable('archon_secrets')
          .set({ ciphertext: encryption.encrypt(plain, placeOf(name)) })
          .where('name', '=', name)
          .execute()
        renewed += 1
      }
      return rows.map(({ name }) => name)
    })
    last = names.at(-1) ?? last
    if (names.length < batch) return { renewed, closed }
  }
}

function opened(decrypt: () => string): string | undefined {
  try {
    return decrypt()
  } catch (error) {
    if (error instanceof DecryptionError) return undefined
    throw error
  }
}

/** The job `rotate-encryption-key`: runs when every service has ENCRYPTION_KEY and ENCRYPTION_KEY_PREVIOUS, and ends. */
export async function rotateEncryptionKey(environment: Environment): Promise<void> {
  const settings = readConfiguration(variables, environment)
  const log = pino(logOptions({ service: 'rotate-encryption-key', level: settings.LOG_LEVEL }))
  const connection = openDatabase(settings, {
    service: 'rotate-encryption-key',
    onConnectionLost: (error) => log.warn({ err: error }, 'database connection lost'),
  })
  const keys = { current: settings.ENCRYPTION_KEY, previous: settings.ENCRYPTION_KEY_PREVIOUS }
  try {
    log.info(await rotateKeys(connection.tables, keys), 'everything is encrypted with the present key')
  } finally {
    await connection.close()
  }
}
