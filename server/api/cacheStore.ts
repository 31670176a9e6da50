import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { formatPosition, parsePosition, type Position } from '../database/position.ts'

/** A value and the position of the database that it shows. */
export interface Stored<Value> {
  readonly position: Position
  readonly value: Value
}

export interface CacheStore {
  /** @throws when Redis is away */
  readonly get: (epoch: string, key: string) => Promise<Stored<unknown> | undefined>
  /** Keeps the value unless a later one is there. Redis being away is not an error. */
  readonly put: (key: string, stored: Stored<unknown>) => Promise<void>
  /** For the one who loads: gives the lock back. Undefined when another has it, or Redis is away. */
  readonly lock: (epoch: string, key: string) => Promise<(() => Promise<void>) | undefined>
}

/** Nobody has asked for it this long; what is asked for and changes is replaced. */
const lifetimeSeconds = 60
/** A loader that died holds the others up this long at most. */
const lockMilliseconds = 2_000

// Positions of one database are ordered by `next`, and of two with the same `next` the one with fewer open transactions is later.
const putLater = `
local next, open = unpack(redis.call('HMGET', KEYS[1], 'next', 'open'))
if next and (tonumber(next) > tonumber(ARGV[1]) or (next == ARGV[1] and tonumber(open) <= tonumber(ARGV[2]))) then return 0 end
redis.call('HSET', KEYS[1], 'next', ARGV[1], 'open', ARGV[2], 'position', ARGV[3], 'value', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1`
const unlockOwn = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`

/** Values of one database under names of its own: another one, a restored one too, has others. */
const nameOf = (epoch: string, key: string) => `agency-swarm:cache:${epoch}:${key}`

/** The cache's part in Redis. */
export function createCacheStore(redis: Redis): CacheStore {
  return {
    get: async (epoch, key) => {
      const [text, value] = await redis.hmget(nameOf(epoch, key), 'position', 'value')
      const position = parsePosition(text ?? '')
      if (position === undefined || typeof value !== 'string') return undefined
      return { position, value: JSON.parse(value) as unknown }
    },
    put: async (key, { position, value }) => {
      const { epoch, next, open } = position
      const values = [next, open.length, formatPosition(position), JSON.stringify(value), lifetimeSeconds]
      await redis.eval(putLater, 1, nameOf(epoch, key), ...values).catch(() => undefined)
    },
    lock: async (epoch, key) => {
      const name = `${nameOf(epoch, key)}:lock`
      const token = randomUUID()
      const answer = await redis.set(name, token, 'PX', lockMilliseconds, 'NX').catch(() => null)
      if (answer === null) return undefined
      return async () => {
        await redis.eval(unlockOwn, 1, name, token).catch(() => undefined)
      }
    },
  }
}
