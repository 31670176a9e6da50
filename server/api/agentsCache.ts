import { Redis } from 'ioredis'
import { Counter, type Registry } from 'prom-client'
import type { Agent } from '../database/agents.ts'

const key = 'agency-swarm:agents:v1'
/** Agents change state without telling this cache, so an answer is at most this old. */
const lifetimeSeconds = 2

export interface AgentsCache {
  /** The cached list, or what `load` gives. Redis being away is never an error of the caller. */
  readonly read: (load: () => Promise<Agent[]>) => Promise<Agent[]>
  readonly forget: () => Promise<void>
  readonly close: () => void
}

export interface AgentsCacheOptions {
  readonly url: string
  readonly password?: string | undefined
  readonly registry: Registry
  /** Called when Redis goes away (with the reason) and when it is back (without). */
  readonly onChange: (error?: Error) => void
}

function connect({ url, password, onChange }: AgentsCacheOptions): Redis {
  let isAway = false
  const redis = new Redis(url, {
    ...(password === undefined ? {} : { password }),
    connectTimeout: 2_000,
    // A cache that is slower than the database is of no use.
    commandTimeout: 250,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 5), 2_000),
  })
  redis.on('error', (error) => {
    if (!isAway) onChange(error)
    isAway = true
  })
  redis.on('ready', () => {
    if (isAway) onChange()
    isAway = false
  })
  return redis
}

/** The list of agents, kept in Redis for a moment. */
export function createAgentsCache(options: AgentsCacheOptions): AgentsCache {
  const redis = connect(options)
  const lookups = new Counter({
    name: 'cache_lookups_total',
    help: 'Lookups in the cache by outcome; "away" means Redis could not be asked.',
    labelNames: ['outcome'] as const,
    registers: [options.registry],
  })
  const ask = async (): Promise<string | null> => {
    try {
      const found = await redis.get(key)
      lookups.inc({ outcome: found === null ? 'miss' : 'hit' })
      return found
    } catch {
      lookups.inc({ outcome: 'away' })
      return null
    }
  }
  return {
    read: async (load) => {
      const found = await ask()
      if (found !== null) return JSON.parse(found) as Agent[]
      const agents = await load()
      redis.set(key, JSON.stringify(agents), 'EX', lifetimeSeconds).catch(() => undefined)
      return agents
    },
    forget: async () => {
      await redis.del(key).catch(() => undefined)
    },
    close: () => redis.disconnect(),
  }
}

/** Without Redis in the configuration every list comes from the database. */
export const noCache: AgentsCache = {
  read: (load) => load(),
  forget: () => Promise.resolve(),
  close: () => undefined,
}
