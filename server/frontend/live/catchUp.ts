import type { Database } from '../../database/connection.ts'
import { atOnePosition, changesSince } from '../../database/events.ts'
import type { Position } from '../../database/position.ts'
import { changesMessage, snapshotMessage } from './messages.ts'
import { renderItems } from './render.ts'
import { isShown, openTopic, type Viewer } from './topics.ts'

export interface CatchUpQuestion {
  readonly viewer: Viewer
  /** Topics that the client holds as they were at `since`. */
  readonly held: readonly string[]
  readonly since: Position | undefined
  /** Topics that it holds nothing of. */
  readonly fresh: readonly string[]
}

export interface CatchUp {
  /** What the messages show. */
  readonly position: Position
  readonly messages: readonly string[]
  /** False when what came after `since` cannot be told, and snapshots stand in for it. */
  readonly isResumed: boolean
}

/** Readers at once; a crowd that reconnects after a restart waits here and not in the pool, where the outbox reads, too. */
const mostReaders = 2

async function readCatchUp(database: Database, { viewer, held, since, fresh }: CatchUpQuestion): Promise<CatchUp> {
  return atOnePosition(database, async (transaction, position) => {
    const messages: string[] = []
    const changes = since === undefined ? [] : await changesSince(transaction, since, position)
    if (changes !== undefined && held.length > 0) {
      const items = await renderItems(transaction, changes)
      messages.push(
        changesMessage(
          position,
          items.filter((item) => isShown(item, held, viewer)),
        ),
      )
    }
    for (const name of changes === undefined ? [...held, ...fresh] : fresh) {
      const topic = openTopic(name, viewer)
      if (typeof topic === 'string') continue
      messages.push(snapshotMessage(position, name, await topic.rows(transaction, viewer)))
    }
    return { position, messages, isResumed: since !== undefined && changes !== undefined }
  })
}

/**
 * Reads what clients ask for. Equal questions that wait are answered together; one that is being answered takes nobody aboard, because
 * its position may lie before the moment from which the newcomer is told of changes.
 */
export function createCatchUp(database: Database): (question: CatchUpQuestion) => Promise<CatchUp> {
  const waiting = new Map<string, Promise<CatchUp>>()
  const queue: (() => void)[] = []
  let active = 0

  const takeTurn = async () => {
    if (active >= mostReaders) await new Promise<void>((resolve) => queue.push(resolve))
    else active += 1
  }
  const passTurn = () => {
    const next = queue.shift()
    if (next === undefined) active -= 1
    else next()
  }

  return (question) => {
    const key = JSON.stringify(question)
    const shared = waiting.get(key)
    if (shared !== undefined) return shared
    const answer = (async () => {
      await takeTurn()
      try {
        waiting.delete(key)
        return await readCatchUp(database, question)
      } finally {
        passTurn()
      }
    })()
    waiting.set(key, answer)
    return answer
  }
}
