import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEncryption, deriveKey } from '../common/encryption.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { recordAudit } from './audit.ts'
import { sealAudit, verifyAudit } from './auditChain.ts'
import type { Database } from './connection.ts'
import { rotateKeys, RotationRunsError } from './keyRotation.ts'
import { readSecret, writeSecret } from './secrets.ts'

const old = 'the key before the rotation, of enough characters'
const current = 'the key after the rotation, of enough characters'
const keysOf = (secret: string, previous?: string) => ({
  current: deriveKey(secret, 'audit'),
  previous: previous === undefined ? undefined : deriveKey(previous, 'audit'),
})

let suite: SuiteDatabase
let database: Database
let userId: string

beforeAll(async () => {
  suite = await startSuiteDatabase()
  database = suite.connection.tables
  userId = (await database.selectFrom('archon_users').select('id').executeTakeFirstOrThrow()).id
})
afterAll(() => suite?.stop())

const names = Array.from({ length: 250 }, (_, index) => `secret-${index}`)

async function write(secret: string, named: readonly string[]): Promise<void> {
  const encryption = createEncryption({ current: secret })
  await database.transaction().execute(async (transaction) => {
    for (const name of named)
      await writeSecret(transaction, encryption, { name, value: `value of ${name}`, updatedBy: userId })
  })
}

it('brings every secret and the head of the audit chain to the present key, after which the previous one is needless', async () => {
  await write(old, names)
  await recordAudit(database, { event: 'test.happened', actor: 'test', address: 'local', details: {} })
  await sealAudit(database, keysOf(old))

  expect(await rotateKeys(database, { current, previous: old })).toEqual({ secrets: names.length, auditHead: true })
  const afterwards = createEncryption({ current })
  for (const name of names) expect(await readSecret(database, afterwards, name)).toBe(`value of ${name}`)
  await sealAudit(database, keysOf(current))
  expect(await verifyAudit(database, keysOf(current))).toMatchObject({ unsealed: 0, fault: null })

  const entry = await database
    .selectFrom('archon_audit')
    .select('details')
    .where('event', '=', 'encryption-key.rotated')
    .executeTakeFirstOrThrow()
  expect(entry.details).toEqual({ secrets: names.length, auditHead: true, notOpened: 0 })
})

it('does nothing the second time, and continues where an interrupted one ended', async () => {
  expect(await rotateKeys(database, { current, previous: old })).toEqual({ secrets: 0, auditHead: false })
  await write(old, names.slice(200))
  expect(await rotateKeys(database, { current, previous: old })).toEqual({ secrets: 50, auditHead: false })
})

it('names the secrets that neither key opens, leaves them as they are and does the others', async () => {
  await write('a key that nobody has any more, of enough characters', ['lost'])
  await write(old, ['zebra'])
  const before = await database.selectFrom('archon_secrets').selectAll().where('name', '=', 'lost').executeTakeFirst()
  await expect(rotateKeys(database, { current, previous: old })).rejects.toThrow(/as they were: lost\./)
  expect(await database.selectFrom('archon_secrets').selectAll().where('name', '=', 'lost').executeTakeFirst()).toEqual(
    before,
  )
  expect(await readSecret(database, createEncryption({ current }), 'zebra')).toBe('value of zebra')
})

it('leaves a head that is authentic with neither key as evidence', async () => {
  const wrong = { current: 'one key of enough characters for this', previous: 'another key of enough characters' }
  await database.deleteFrom('archon_secrets').execute()
  await expect(rotateKeys(database, wrong)).rejects.toThrow(/left as it is/)
  expect(await verifyAudit(database, keysOf(current))).toMatchObject({ fault: null })
})

it('runs once at a time', async () => {
  await suite.connection.pool.query('SELECT 1')
  const client = await suite.connection.pool.connect()
  try {
    await client.query('SELECT pg_advisory_lock(4711004)')
    await expect(rotateKeys(database, { current, previous: old })).rejects.toThrow(RotationRunsError)
  } finally {
    client.release(true)
  }
})
