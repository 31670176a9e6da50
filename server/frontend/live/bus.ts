import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import type { Redis } from 'ioredis'
import { connectRedis, type RedisSettings } from '../../common/redis.ts'
import type { Position } from '../../database/position.ts'
import { decodeBatch, encodeBatch, type Batch } from './batch.ts'

/** The leader says this often how far it is, so that a lost message shows. Milliseconds. */
const beatEvery = 500
/** After this much silence a replica reads for itself. */
const silence = 1_500
const leaseMilliseconds = 2_000

const claim = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`
const release = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 0`

export interface BusOptions {
  /** Without Redis every replica reads for itself. */
  readonly redis: RedisSettings | undefined
  readonly log: FastifyBaseLogger
  readonly position: () => Position | undefined
  readonly onBatch: (batch: Batch) => void
  /** This replica has to read for itself now; called again and again while it does. */
  readonly onOwnTurn: () => void
}

export interface Bus {
  readonly readsItself: () => boolean
  /** Tells the other replicas, when this one is their reader. */
  readonly publish: (batch: Batch) => void
  readonly close: () => Promise<void>
}

/**
 * Lets one replica read for all. Nothing depends on it: two leaders at once, lost messages and a missing Redis change who reads and never
 * what clients are told, because each batch names the positions that it joins (`outbox.ts`).
 */
export function createBus(options: BusOptions): Bus {
  const { log, position } = options
  const id = randomUUID()
  let isLeader = false
  let lastHeard = -Infinity
  /** How far the others have been told. */
  let announced: Position | undefined
  let epoch: string | undefined

  const connect = (name: string, isSubscriber: boolean) => {
    if (options.redis === undefined) return undefined
    return connectRedis(options.redis, {
      isSubscriber,
      ...(isSubscriber ? {} : { commandTimeout: 1_000 }),
      onChange: (error) => {
        if (error === undefined) {
          log.info({ connection: name }, 'redis is back')
          return
        }
        log.warn({ err: error, connection: name }, 'redis is away: this replica reads changes for itself')
        isLeader = false
        lastHeard = -Infinity
        options.onOwnTurn()
      },
    })
  }
  const publisher = connect('publisher', false)
  const subscriber = connect('subscriber', true)
  const channel = () => `agency-swarm:live:${epoch ?? ''}`
  const lock = () => `${channel()}:leader`

  const publish = (batch: Batch) => {
    if (!isLeader || publisher === undefined) return
    const message = encodeBatch(id, { ...batch, from: announced ?? batch.from })
    announced = batch.to
    // Those who miss it see the gap in the next one, or hear nothing more and read for themselves.
    publisher.publish(channel(), message).catch(() => undefined)
  }

  subscriber?.on('message', (from: string, text: string) => {
    const batch = from === channel() ? decodeBatch(text) : undefined
    if (batch === undefined || batch.sender === id) return
    lastHeard = Date.now()
    options.onBatch(batch)
  })

  const beat = async (redis: Redis, listener: Redis) => {
    const place = position()
    if (place === undefined || redis.status !== 'ready' || listener.status !== 'ready') return
    if (place.epoch !== epoch) {
      if (epoch !== undefined) await listener.unsubscribe(channel())
      isLeader = false
      epoch = place.epoch
      await listener.subscribe(channel())
    }
    const isElected = (await redis.eval(claim, 1, lock(), id, leaseMilliseconds)) === 1
    if (isElected && !isLeader) {
      log.info('this replica reads changes for all')
      announced = position()
    }
    isLeader = isElected
    const now = position()
    if (isLeader && now !== undefined) publish({ from: announced ?? now, to: now, items: [] })
  }

  const readsItself = () => options.redis === undefined || isLeader || Date.now() - lastHeard > silence
  const timer = setInterval(() => {
    if (readsItself()) options.onOwnTurn()
    if (publisher !== undefined && subscriber !== undefined) {
      beat(publisher, subscriber).catch(() => {
        isLeader = false
      })
    }
  }, beatEvery)

  return {
    readsItself,
    publish,
    close: async () => {
      clearInterval(timer)
      if (isLeader) await publisher?.eval(release, 1, lock(), id).catch(() => undefined)
      publisher?.disconnect()
      subscriber?.disconnect()
    },
  }
}
