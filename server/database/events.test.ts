import { randomInt } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { randomFrom } from '#shared/testing/random.ts'
import { databaseName, startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { atOnePosition, changesSince, trimEvents, type RowChange } from './events.ts'
import { comparePositions, formatPosition, includes, parsePosition, type Position } from './position.ts'

let database: SuiteDatabase
beforeAll(async () => {
  database = await startSuiteDatabase()
})
afterAll(() => database?.stop())

const here = () => atOnePosition(database.connection.tables, (_transaction, position) => Promise.resolve(position))
const since = (position: Position): Promise<readonly [RowChange[] | undefined, Position]> =>
  atOnePosition(database.connection.tables, async (transaction, now) => [
    await changesSince(transaction, position, now),
    now,
  ])

/** Whole numbers below a limit, which a seed repeats. */
function belowFrom(seed: number): (below: number) => number {
  const random = randomFrom(seed)
  return (below) => Math.floor(random() * below)
}

describe('reading on from a position', () => {
  const clients: Client[] = []
  beforeEach(async () => {
    for (let index = 0; index < 6; index += 1) {
      const client = new Client({ ...database.postgres, database: databaseName })
      await client.connect()
      clients.push(client)
    }
  })
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()))
  })

  it('tells every committed change once, whatever the order in which transactions begin, write and end', async () => {
    const seed = randomInt(2 ** 31)
    const random = belowFrom(seed)
    const openWrites = new Map<Client, string[]>()
    const committed: string[] = []
    const told: string[] = []
    const places: { readonly position: Position; readonly committed: number }[] = []
    let position = await here()
    let name = 0
    for (let step = 0; step < 600; step += 1) {
      const client = clients[random(clients.length)]
      if (client === undefined) continue
      const writes = openWrites.get(client)
      const choice = random(10)
      if (writes === undefined) {
        await client.query('BEGIN')
        openWrites.set(client, [])
      } else if (choice < 5) {
        const result = await client.query<{ id: string }>(
          "INSERT INTO archon_agents_v3 (name, model_tier) VALUES ($1, 'HAIKU') RETURNING id",
          [`agent-${seed}-${(name += 1)}`],
        )
        writes.push(result.rows[0]?.id ?? '')
      } else if (choice < 8) {
        await client.query('COMMIT')
        committed.push(...writes)
        openWrites.delete(client)
      } else {
        await client.query('ROLLBACK')
        openWrites.delete(client)
      }
      if (random(3) === 0) {
        const [changes, now] = await since(position)
        told.push(...(changes ?? []).map(({ id }) => id))
        expect([seed, step, changes === undefined, comparePositions(position, now) <= 0]).toEqual([
          seed,
          step,
          false,
          true,
        ])
        position = now
        places.push({ position, committed: committed.length })
        expect([seed, step, [...told].sort()]).toEqual([seed, step, [...committed].sort()])
      }
    }
    for (const client of openWrites.keys()) await client.query('ROLLBACK')
    // From any earlier place, the same end is reached.
    for (const place of places.filter((_place, index) => index % 20 === 0)) {
      const [changes] = await since(place.position)
      expect([seed, changes?.map(({ id }) => id).sort()]).toEqual([seed, committed.slice(place.committed).sort()])
    }
  })

  it('does not wait for a transaction that stays open, and tells its changes when it commits', async () => {
    const [slow, quick] = clients
    const start = await here()
    await slow?.query('BEGIN')
    await slow?.query("INSERT INTO archon_agents_v3 (name, model_tier) VALUES ('slow', 'OPUS')")
    await quick?.query("INSERT INTO archon_agents_v3 (name, model_tier) VALUES ('quick', 'OPUS')")
    const [first, middle] = await since(start)
    expect(first).toHaveLength(1)
    expect(middle.open).toHaveLength(1)
    await slow?.query('COMMIT')
    const [second, end] = await since(middle)
    expect(second).toHaveLength(1)
    expect(second?.[0]?.id).not.toBe(first?.[0]?.id)
    expect((await since(end))[0]).toEqual([])
  })
})

describe('a position that cannot be joined', () => {
  it('is one of another database, of the future, or from before what was deleted', async () => {
    const now = await here()
    expect((await since({ ...now, epoch: '000000000000' }))[0]).toBeUndefined()
    expect((await since({ ...now, next: now.next + 1_000 }))[0]).toBeUndefined()
    const { tables } = database.connection
    await tables.insertInto('archon_events').values({ kind: 'agent', subject: 'old' }).execute()
    const [stillThere] = await since(now)
    expect(stillThere).toHaveLength(1)
    await trimEvents(tables)
    await tables
      .updateTable('archon_events')
      .set({ recorded_at: new Date(Date.now() - 2 * 3_600_000) })
      .execute()
    await tables.insertInto('archon_events').values({ kind: 'agent', subject: 'kept' }).execute()
    const place = await here()
    await trimEvents(tables)
    expect((await since(now))[0]).toBeUndefined()
    expect((await since(place))[0]).toEqual([])
    const left = await tables.selectFrom('archon_events').select('subject').where('kind', '!=', 'mark').execute()
    expect(left).toEqual([{ subject: 'kept' }])
  })

  it('is not confused by events that a backup brought from a server that had come further', async () => {
    const before = await here()
    const client = new Client({ ...database.postgres, database: databaseName })
    await client.connect()
    await client.query(
      "INSERT INTO archon_events (transaction_id, kind, subject) VALUES ('900000000', 'agent', 'alien')",
    )
    await client.query(
      "INSERT INTO archon_events (transaction_id, kind, subject) VALUES ('900000001', 'mark', '900000000')",
    )
    await client.end()
    expect((await since(before))[0]).toEqual([])
  })
})

it('a position survives its way through a client, and other texts are no position', () => {
  const position = { epoch: '0123456789ab', next: 812, open: [700, 809] }
  expect(formatPosition(position)).toBe('0123456789ab-812-700.809')
  expect(parsePosition(formatPosition(position))).toEqual(position)
  expect(parsePosition('0123456789ab-812')).toEqual({ ...position, open: [] })
  expect([811, 812, 700].map((transaction) => includes(position, transaction))).toEqual([true, false, false])
  for (const text of ['', '0123456789ab', '0123456789ab-812-809.700', '0123456789ab-812-900', "0123456789ab-1' OR 1=1"])
    expect(parsePosition(text)).toBeUndefined()
})
