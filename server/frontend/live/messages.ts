import { z } from 'zod'
import { formatPosition, type Position } from '../../database/position.ts'
import type { Item } from './batch.ts'

/** Close codes 4000-4999 are the application's own. */
export const closeCodes = {
  /** What came is no message of this protocol. */
  malformed: 4400,
  /** No valid token, or its time is over, or its session was ended; the reason says which. */
  unauthenticated: 4401,
  /** The client did not read; it may connect again and continue from its last id. */
  slow: 4408,
  /** More messages at once than anyone needs. */
  flooding: 4429,
  restart: 1012,
} as const

const topics = z.array(z.string().max(64)).min(1).max(50)

const clientMessage = z.discriminatedUnion('type', [
  /** First of all, and again with a fresh token before the old one expires. */
  z.object({ type: z.literal('authenticate'), token: z.string().max(4_096) }),
  /** With `since`, the last id that the client saw, it gets what happened after it; without, every row of the topics. */
  z.object({ type: z.literal('subscribe'), topics, since: z.string().max(40_000).optional() }),
  z.object({ type: z.literal('unsubscribe'), topics }),
])
export type ClientMessage = z.output<typeof clientMessage>

/** @throws when the text is no message of a client */
export function parseClientMessage(text: string): ClientMessage {
  return clientMessage.parse(JSON.parse(text))
}

/** Rows that changed. Every message with an id follows the one before: a client that has seen it has seen all before it. */
export function changesMessage(position: Position, items: readonly Item[]): string {
  const changes = items.map(({ kind, id, row }) => `{"kind":"${kind}","id":${JSON.stringify(id)},"row":${row}}`)
  return `{"type":"changes","id":"${formatPosition(position)}","changes":[${changes.join(',')}]}`
}

/** Every row of a topic: what the client held of it is replaced. */
export function snapshotMessage(position: Position, topic: string, rows: readonly object[]): string {
  return JSON.stringify({ type: 'snapshot', id: formatPosition(position), topic, rows })
}

/** `isResumed` is false when a `since` was given that is too old or of another database: snapshots come instead. */
export function subscribedMessage(topicNames: readonly string[], isResumed: boolean): string {
  return JSON.stringify({ type: 'subscribed', topics: topicNames, isResumed })
}

export function refusedMessage(topic: string, code: string): string {
  const detail =
    code === 'not-permitted' ? 'Your permission does not include this topic.' : 'There is no topic of this name.'
  return JSON.stringify({ type: 'refused', topic, code, detail })
}

/** Says that the connection lives and how far it is. */
export function positionMessage(position: Position): string {
  return `{"type":"position","id":"${formatPosition(position)}"}`
}
