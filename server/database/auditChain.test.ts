import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { recordAudit } from './audit.ts'
import { sealAudit, verifyAudit } from './auditChain.ts'

let database: SuiteDatabase
const keys = { current: randomBytes(32) }

beforeAll(async () => {
  database = await startSuiteDatabase()
})
afterAll(() => database.stop())

/** As somebody who may do everything in the database, and has switched the table's own protection off. */
async function tamper(statement: string): Promise<void> {
  await database.connection.pool.query(`
    ALTER TABLE archon_audit DISABLE TRIGGER USER; ${statement}; ALTER TABLE archon_audit ENABLE TRIGGER USER`)
}

const record = (turn: number) =>
  recordAudit(database.connection.tables, {
    event: 'test.done',
    actor: 'tester',
    address: '127.0.0.1',
    requestId: `request-${turn}`,
    details: { turn, b: 'x', a: 'y' },
  })

const verify = () => verifyAudit(database.connection.tables, keys)

describe('the audit chain', () => {
  beforeEach(async () => {
    await tamper('DELETE FROM archon_audit')
    await database.connection.pool.query('DELETE FROM archon_audit_head')
    for (let turn = 1; turn <= 6; turn += 1) await record(turn)
    expect(await sealAudit(database.connection.tables, keys)).toBe(6)
  })

  it('is whole while entries are only added, by many at once', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, turn) => record(turn)))
    expect(await verify()).toEqual({ entries: 6, unsealed: 40, fault: null })
    await Promise.all([1, 2, 3].map(() => sealAudit(database.connection.tables, keys)))
    await sealAudit(database.connection.tables, keys)
    expect(await verify()).toEqual({ entries: 46, unsealed: 0, fault: null })
  })

  it('cannot be edited, deleted or emptied by an ordinary statement', async () => {
    const { pool } = database.connection
    for (const statement of [
      `UPDATE archon_audit SET actor = 'somebody'`,
      'UPDATE archon_audit SET position = position + 100',
      'DELETE FROM archon_audit',
      'TRUNCATE archon_audit',
    ])
      await expect(pool.query(statement)).rejects.toThrow('only ever added to')
    expect(await verify()).toMatchObject({ entries: 6, fault: null })
  })

  it.each([
    ['an edited actor', `UPDATE archon_audit SET actor = 'somebody' WHERE position = 3`, 3],
    ['an edited time', `UPDATE archon_audit SET recorded_at = recorded_at + interval '1 ms' WHERE position = 2`, 2],
    ['an edited detail', `UPDATE archon_audit SET details = details || '{"turn":99}' WHERE position = 5`, 5],
    ['a deleted entry', 'DELETE FROM archon_audit WHERE position = 3', 4],
    ['a deleted beginning', 'DELETE FROM archon_audit WHERE position = 1', 2],
    [
      'two entries in each other’s place',
      'UPDATE archon_audit SET position = -position; UPDATE archon_audit SET position = CASE -position WHEN 2 THEN 3 WHEN 3 THEN 2 ELSE -position END',
      3,
    ],
  ])('shows %s', async (_name, statement, turn) => {
    await tamper(statement)
    const { fault } = await verify()
    const { rows } = await database.connection.pool.query<{ id: string }>(
      `SELECT id FROM archon_audit WHERE (details->>'turn')::int IN ($1, 99) ORDER BY id DESC LIMIT 1`,
      [turn],
    )
    expect(fault?.id).toBe(rows[0]?.id)
  })

  it('shows that its end was cut off, also when nothing else is left', async () => {
    await tamper('DELETE FROM archon_audit WHERE position > 4')
    expect((await verify()).fault).toEqual({ id: null, reason: 'The chain ends at 4, and was 6 entries long.' })
    await tamper('DELETE FROM archon_audit')
    expect((await verify()).fault?.id).toBeNull()
  })

  it('shows a chain that was recomputed by somebody without the key, and adds nothing to it', async () => {
    await tamper('DELETE FROM archon_audit WHERE position > 1')
    const forged = createHash('sha256').update('anything').digest('hex')
    await database.connection.pool.query(
      `UPDATE archon_audit_head SET position = 1, hash = (SELECT hash FROM archon_audit WHERE position = 1), authentication = $1`,
      [forged],
    )
    expect((await verify()).fault?.reason).toContain('not authentic')
    await record(7)
    await expect(sealAudit(database.connection.tables, keys)).rejects.toThrow('not authentic')
  })

  it('is still authentic with the key before the last rotation, and is sealed with the new one', async () => {
    const rotated = { current: randomBytes(32), previous: keys.current }
    expect((await verifyAudit(database.connection.tables, rotated)).fault).toBeNull()
    await record(7)
    await sealAudit(database.connection.tables, rotated)
    expect((await verifyAudit(database.connection.tables, { current: rotated.current })).fault).toBeNull()
    expect((await verify()).fault?.reason).toContain('not authentic')
  })
})
