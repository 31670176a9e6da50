import type { Redis } from 'ioredis'
import type { Transaction } from 'kysely'
import { Counter, type Registry } from 'prom-client'
import type { ChangeFeed } from '../database/changeFeed.ts'
import type { Database } from '../database/connection.ts'
import { atOnePosition, type ChangeKind } from '../database/events.ts'
import { comparePositions, type Position } from '../database/position.ts'
import type { Tables } from '../database/tables.ts'
import { createCacheStore, type Stored } from './cacheStore.ts'

export interface Entry {
  /** Names the value, parameters included. */
  readonly key: string
  /** Whose changes change it. */
  readonly kinds: readonly ChangeKind[]
}

export type Load<Value> = (transaction: Transaction<Tables>) => Promise<Value>

export interface Cache {
  /** The cached value, or what `load` gives; it must survive JSON. Redis being away is never an error of the caller. */
  readonly read: <Value>(entry: Entry, load: Load<Value>) => Promise<Value>
  /** Something of this kind was changed by this process and is committed. */
  readonly changed: (kind: ChangeKind) => void
}

export interface CacheOptions {
  readonly database: Database
  readonly feed: Pick<ChangeFeed, 'on'>
  /** Without it every value comes from the database, still once for all who ask at the same time. */
  readonly redis: Redis | undefined
  readonly registry: Registry
}

/** How long a replica waits for another one that is loading the same value, before it loads for itself. Milliseconds. */
const patience = 500
const pollEvery = 20

/** Keys whose last answer is remembered. */
const mostKeys = 1_000

interface Flight {
  readonly known: string
  readonly shown: Position | undefined
  readonly value: Promise<unknown>
}

type Floor = (kinds: readonly ChangeKind[]) => Promise<Position>

/**
 * Values kept in Redis, each with the position of the database that it shows. It guarantees:
 *
 * - A value shows every change that this replica knew of when it was asked for: its own committed writes (`changed`), all that the
 *   change feed had told, and whatever an earlier answer for the same key showed. So answers never go back. While the feed is
 *   interrupted, values come from the database.
 * - In Redis a value is replaced only by one of a later position, so a slow reader puts nothing back; and what is read is compared with
 *   the position that is needed, so it would not matter if one did.
 */
export function createCache({ database, feed, redis, registry }: CacheOptions): Cache {
  const lookups = new Counter({
    name: 'cache_lookups_total',
    help: 'Lookups by outcome. "shared" joined one under way; "away": Redis or the change feed could not be asked.',
    labelNames: ['outcome'] as const,
    registers: [registry],
  })
  const store = redis === undefined ? undefined : createCacheStore(redis)
  /** Counts the changes of each kind that are known here. */
  const changes = new Map<ChangeKind, number>()
  const flights = new Map<string, Flight>()
  /** How far the last answer for a key was. */
  const shown = new Map<string, Position>()
  let resyncs = 0
  let isFollowing = false

  const changed = (kind: ChangeKind) => void changes.set(kind, (changes.get(kind) ?? 0) + 1)
  feed.on('change', ({ kind }) => changed(kind))
  feed.on('lost', () => (isFollowing = false))
  feed.on('resync', () => {
    resyncs += 1
    isFollowing = true
  })

  const known = (kinds: readonly ChangeKind[]) => `${resyncs}:${kinds.map((kind) => changes.get(kind) ?? 0).join(':')}`
  const floor = createFloor(database, known)

  const fromDatabase = <Value>(load: Load<Value>): Promise<Stored<Value>> =>
    atOnePosition(database, async (transaction, position) => ({ position, value: await load(transaction) }))

  const remember = (key: string, position: Position) => {
    const last = shown.get(key)
    if (last?.epoch === position.epoch && comparePositions(last, position) >= 0) return
    shown.delete(key)
    shown.set(key, position)
    const [oldest = key] = shown.keys()
    if (shown.size > mostKeys) shown.delete(oldest)
  }

  const find = async <Value>(key: string, needed: Position): Promise<Stored<Value> | undefined> => {
    const found = await store?.get(needed.epoch, key)
    return found !== undefined && comparePositions(found.position, needed) >= 0 ? (found as Stored<Value>) : undefined
  }

  const loadForAll = async <Value>(key: string, needed: Position, load: Load<Value>): Promise<Stored<Value>> => {
    const unlock = await store?.lock(needed.epoch, key)
    const loadedElsewhere = unlock === undefined ? await waitFor(() => find<Value>(key, needed)) : undefined
    if (loadedElsewhere !== undefined) return loadedElsewhere
    try {
      const loaded = await fromDatabase(load)
      await store?.put(key, loaded)
      return loaded
    } finally {
      await unlock?.()
    }
  }

  const lookUp = async <Value>({ key, kinds }: Entry, load: Load<Value>): Promise<Stored<Value>> => {
    if (store === undefined || !isFollowing) {
      lookups.inc({ outcome: 'away' })
      return fromDatabase(load)
    }
    const needed = later(await floor(kinds), shown.get(key))
    try {
      const found = await find<Value>(key, needed)
      lookups.inc({ outcome: found === undefined ? 'miss' : 'hit' })
      if (found !== undefined) return found
    } catch {
      lookups.inc({ outcome: 'away' })
      return fromDatabase(load)
    }
    return loadForAll(key, needed, load)
  }

  return {
    read: async <Value>(entry: Entry, load: Load<Value>): Promise<Value> => {
      const { key, kinds } = entry
      const now = { known: known(kinds), shown: shown.get(key) }
      const underWay = flights.get(key)
      // One that began before something became known here may not show it, so nobody joins it afterwards.
      if (underWay !== undefined && underWay.known === now.known && underWay.shown === now.shown) {
        lookups.inc({ outcome: 'shared' })
        return underWay.value as Promise<Value>
      }
      const flight: Flight = {
        ...now,
        value: lookUp(entry, load)
          .then(({ position, value }) => {
            remember(key, position)
            return value
          })
          .finally(() => {
            if (flights.get(key) === flight) flights.delete(key)
          }),
      }
      flights.set(key, flight)
      return flight.value as Promise<Value>
    },
    changed,
  }
}

/** A position that includes every change known here: asked of the database once after each change that somebody reads after. */
function createFloor(database: Database, known: (kinds: readonly ChangeKind[]) => string): Floor {
  const floors = new Map<string, { readonly known: string; readonly position: Promise<Position> }>()
  return async (kinds) => {
    const name = kinds.join(' ')
    const now = known(kinds)
    const last = floors.get(name)
    if (last?.known === now) return last.position
    const position = atOnePosition(database, (_transaction, here) => Promise.resolve(here))
    floors.set(name, { known: now, position })
    position.catch(() => floors.delete(name))
    return position
  }
}

/** Of another database only the first is asked for: it is the current one. */
function later(needed: Position, shown: Position | undefined): Position {
  return shown?.epoch === needed.epoch && comparePositions(shown, needed) > 0 ? shown : needed
}

async function waitFor<Value>(find: () => Promise<Value | undefined>): Promise<Value | undefined> {
  const deadline = Date.now() + patience
  while (Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pollEvery))
    const found = await find().catch(() => undefined)
    if (found !== undefined) return found
  }
  return undefined
}
