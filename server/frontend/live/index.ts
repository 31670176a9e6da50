import type { FastifyBaseLogger } from 'fastify'
import type { Registry } from 'prom-client'
import type { RedisSettings } from '../../common/redis.ts'
import type { Tokens } from '../../common/tokens.ts'
import type { ChangeFeed } from '../../database/changeFeed.ts'
import type { Database } from '../../database/connection.ts'
import { trimEvents } from '../../database/events.ts'
import { endedSessions } from '../../database/liveRows.ts'
import { createBus } from './bus.ts'
import { createCatchUp } from './catchUp.ts'
import { createHub, type Hub } from './hub.ts'
import { createLiveMetrics } from './metrics.ts'
import { createOutbox } from './outbox.ts'

const trimEvery = 5 * 60_000

export interface LiveOptions {
  readonly feed: Pick<ChangeFeed, 'on'>
  readonly database: Database
  readonly redis: RedisSettings | undefined
  readonly tokens: Tokens
  readonly registry: Registry
  readonly log: FastifyBaseLogger
}

export interface Live {
  readonly accept: Hub['accept']
  /** Says goodbye to everyone. */
  readonly dismiss: () => void
  readonly close: () => Promise<void>
}

/** Live changes for browsers: PostgreSQL rings, one replica reads, all tell their clients. */
export function startLive(options: LiveOptions): Live {
  const { database, feed, log, tokens } = options
  const metrics = createLiveMetrics(options.registry)
  /** When the oldest change was announced that has not been told. */
  let announcedAt: number | undefined

  const outbox = createOutbox({
    database,
    log,
    onBatch: (batch) => {
      hub.broadcast(batch)
      bus.publish(batch)
      if (batch.items.length === 0) return
      metrics.reads.inc({ role: bus.readsItself() ? 'itself' : 'leader' })
      if (announcedAt !== undefined) metrics.lag.observe(Date.now() - announcedAt)
      announcedAt = undefined
    },
    onReset: () => hub.restart(),
  })
  const bus = createBus({
    redis: options.redis,
    log,
    position: outbox.position,
    onBatch: outbox.receive,
    onOwnTurn: outbox.wake,
  })
  const hub = createHub(
    {
      log,
      catchUp: createCatchUp(database),
      begun: outbox.begun,
      position: outbox.position,
      verify: tokens.verify,
      endedSessions: (ids) => endedSessions(database, ids),
    },
    metrics,
  )
  feed.on('change', () => {
    announcedAt ??= Date.now()
    if (bus.readsItself()) outbox.wake()
  })
  feed.on('resync', outbox.wake)

  const trim = () =>
    trimEvents(database).catch((error: unknown) => log.warn({ err: error }, 'old events could not be deleted'))
  const trimming = setInterval(() => void trim(), trimEvery)

  return {
    accept: hub.accept,
    dismiss: hub.close,
    close: async () => {
      clearInterval(trimming)
      await Promise.all([bus.close(), outbox.close()])
    },
  }
}
