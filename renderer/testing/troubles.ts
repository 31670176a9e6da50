import { ORPCError } from '@orpc/server'
import type { Fault, FeedState } from '#shared/contract/base.ts'

/**
 * How an answer can fail. The first four end the call, as they reach the window from a cluster that refuses, lacks the kind, breaks
 * or is silent; `garbage` is an answer that the contract's schema refuses; `feed` is a live list whose own state says that it is
 * forbidden, `stale` one that is old and holds no rows; `pending` never answers.
 */
export const troubles = ['403', '404', '500', 'timeout', 'garbage', 'feed', 'stale', 'pending'] as const
export type Trouble = (typeof troubles)[number]

const forbidden: Fault = {
  code: 'FORBIDDEN',
  message: 'The cluster does not allow maya.okafor to list this. Ask for the role that may.',
  details: { status: 403 },
}

const faults: Record<Exclude<Trouble, 'pending' | 'feed' | 'stale'>, Fault> = {
  '403': forbidden,
  '404': { code: 'NOT_FOUND', message: 'The cluster does not serve this kind.', details: { status: 404 } },
  '500': { code: 'COMMAND_FAILED', message: 'The cluster failed to answer (500).', details: { status: 500 } },
  timeout: { code: 'TIMEOUT', message: 'The cluster did not answer within 10 s.', details: {} },
  garbage: { code: 'INTERNAL', message: 'Output validation failed', details: {} },
}

interface Call {
  path: readonly string[]
  signal?: AbortSignal | undefined
  next: () => Promise<unknown>
}

/** Answers a call with the trouble its path has, and really where it has none. */
export async function answerWith(troubleOf: ((path: string) => Trouble | undefined) | undefined, call: Call) {
  const trouble = troubleOf?.(call.path.join('.'))
  if (trouble === undefined) return call.next()
  if (trouble === 'pending') return new Promise<never>((_resolve, reject) => whenAborted(call.signal, reject))
  if (trouble === 'feed' || trouble === 'stale') {
    const answer = await call.next()
    if (!isStream(answer)) throw asWire(forbidden)
    return emptied(answer, trouble === 'feed' ? { state: 'failed', fault: forbidden } : oldList())
  }
  throw asWire(faults[trouble])
}

function whenAborted(signal: AbortSignal | undefined, reject: (reason: unknown) => void): void {
  signal?.addEventListener('abort', () => reject(signal.reason))
}

function asWire(fault: Fault): ORPCError<string, unknown> {
  return new ORPCError(fault.code, { message: fault.message, data: fault.details, status: 500 })
}

function isStream(answer: unknown): answer is AsyncIterable<Record<string, unknown>> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer
}

/** As after 40 s without a connection. */
function oldList(): FeedState {
  return { state: 'stale', since: Date.now() - 40_000, fault: faults.timeout }
}

/** A live list in another state, with no rows in it. A stream without such a state ends with an error. */
async function* emptied(stream: AsyncIterable<Record<string, unknown>>, feed: FeedState) {
  for await (const item of stream) {
    if (!('feed' in item)) throw asWire(forbidden)
    const fields = Object.entries(item).map(([name, value]) => [name, Array.isArray(value) ? [] : value])
    yield { ...Object.fromEntries(fields), feed }
  }
}
