import { Redis, type RedisOptions } from 'ioredis'

export interface RedisSettings {
  /** `redis://host:port` or `rediss://host:port`. */
  readonly url: string
  readonly password?: string | undefined
}

export interface RedisConnectionOptions {
  /** Called when Redis goes away (with the reason) and when it is back (without). */
  readonly onChange: (error?: Error) => void
  /** How long an answer may take, for callers that can do without it. Milliseconds. */
  readonly commandTimeout?: number
  /** For a connection that only listens: what it subscribed to is subscribed to again after an interruption. */
  readonly isSubscriber?: boolean
}

/** A connection that fails at once while Redis is away, and comes back by itself. */
export function connectRedis(settings: RedisSettings, options: RedisConnectionOptions): Redis {
  const { onChange, commandTimeout, isSubscriber = false } = options
  const config: RedisOptions = {
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ...(commandTimeout === undefined ? {} : { commandTimeout }),
    connectTimeout: 2_000,
    enableOfflineQueue: false,
    autoResubscribe: isSubscriber,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 5), 2_000),
  }
  const redis = new Redis(settings.url, config)
  let isAway = false
  const away = (error: Error) => {
    if (!isAway) onChange(error)
    isAway = true
  }
  redis.on('error', away)
  redis.on('close', () => away(new Error('The connection to Redis ended.')))
  redis.on('ready', () => {
    if (isAway) onChange()
    isAway = false
  })
  return redis
}
