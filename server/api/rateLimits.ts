import rateLimit, { type FastifyRateLimitOptions, type FastifyRateLimitStore } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Redis } from 'ioredis'
import { knownIdentity } from '../common/authentication.ts'
import { Problem } from '../common/problems.ts'

export interface RateLimitOptions {
  /** Of one caller, on all routes together that have no limit of their own. */
  readonly requestsPerMinute: number
  /** Where replicas count together. Without it, and while it is away, each counts alone: a caller then has as many times the limit. */
  readonly redis?: Redis | undefined
}

const minute = 60_000
/** Callers that one process remembers; the one that was silent longest is forgotten. */
const rememberedCallers = 10_000

// A window begins with its first request. Counting and reading are one step, so that no request slips in between.
const countScript = `
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {count, left}`

type Count = { current: number; ttl: number }
type Answer = Parameters<FastifyRateLimitStore['incr']>[1]

/** Who is counted: a user (all their sessions), an API key, or an address. */
function callerOf(request: FastifyRequest): string {
  const identity = knownIdentity(request)
  if (identity === undefined) return `address ${request.ip}`
  return identity.isApiKey === true ? `key ${identity.sessionId}` : `user ${identity.userId}`
}

function createLocalCounter(): (key: string, window: number) => Count {
  const windows = new Map<string, { count: number; endsAt: number }>()
  return (key, length) => {
    const now = Date.now()
    const before = windows.get(key)
    const window = before !== undefined && before.endsAt > now ? before : { count: 0, endsAt: now + length }
    window.count += 1
    windows.delete(key)
    windows.set(key, window)
    const oldest = windows.keys().next()
    if (windows.size > rememberedCallers && oldest.done !== true) windows.delete(oldest.value)
    return { current: window.count, ttl: window.endsAt - now }
  }
}

function createStore(redis: Redis | undefined) {
  return class Store implements FastifyRateLimitStore {
    readonly #count = createLocalCounter()
    readonly #name: string

    constructor(_options: FastifyRateLimitOptions, name = 'general') {
      this.#name = name
    }

    incr(caller: string, answer: Answer, window = minute): void {
      const alone = () => answer(null, this.#count(caller, window))
      if (redis?.status !== 'ready') {
        alone()
        return
      }
      redis
        .eval(countScript, 1, `agency-swarm:rate:${this.#name}:${caller}`, window)
        .then((counted) => {
          const [current, ttl] = counted as [number, number]
          answer(null, { current, ttl })
        })
        .catch(alone)
    }

    child(route: FastifyRateLimitOptions & { routeInfo?: { method?: unknown; url?: string } }): FastifyRateLimitStore {
      const { method, url } = route.routeInfo ?? {}
      return new Store(route, `${String(method)} ${url ?? ''}`)
    }
  }
}

/**
 * Limits how often one caller may ask: a general limit, and those of routes that say `requestsPerMinute`. It runs after the check of the
 * token, so that callers behind one address do not share a limit; what has no valid token is refused before it is counted, for the price
 * of one hash.
 */
export async function addRateLimits(
  app: FastifyInstance,
  { requestsPerMinute, redis }: RateLimitOptions,
): Promise<void> {
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: minute,
    keyGenerator: callerOf,
    store: createStore(redis),
    errorResponseBuilder: (_request, { ttl, max }) => {
      const seconds = Math.max(1, Math.ceil(ttl / 1000))
      const detail = `More than ${max} requests in a minute. Try again in ${seconds} seconds.`
      return new Problem(429, 'too-many-requests', detail, { 'retry-after': String(seconds) })
    },
  })
}
