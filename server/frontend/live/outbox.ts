import type { FastifyBaseLogger } from 'fastify'
import { isDatabaseAway } from '../../common/databaseAway.ts'
import type { Database } from '../../database/connection.ts'
import { atOnePosition, changesSince } from '../../database/events.ts'
import { comparePositions, type Position } from '../../database/position.ts'
import { itemsAfter, type Batch } from './batch.ts'
import { renderItems } from './render.ts'

/** Changes that come together are read together. Milliseconds between the beginnings of two reads. */
const pace = 50
const retryAfter = 500

export interface OutboxOptions {
  readonly database: Database
  readonly log: FastifyBaseLogger
  /** Follows the batch before it without a gap. */
  readonly onBatch: (batch: Batch) => void
  /** What happened since the last batch cannot be told: everyone needs everything again. The position is a new one. */
  readonly onReset: () => void
}

export interface Outbox {
  /** Where this replica stands; undefined until it has read for the first time. */
  readonly position: () => Position | undefined
  /** Something may have happened: reads soon. */
  readonly wake: () => void
  /** A batch that another replica read. Using it or not changes who reads, never what is told. */
  readonly receive: (batch: Batch) => void
  /** Resolves when this replica stands somewhere. Whoever reads rows afterwards misses nothing of the batches that follow. */
  readonly begun: Promise<void>
  readonly close: () => Promise<void>
}

/**
 * This replica's place in the outbox. It moves only by a batch that begins at or before the place, and what it has passed already is cut
 * from the batch. So whatever sources deliver, doubled, late or not at all, the batches that come out join without gap or overlap.
 */
export function createOutbox({ database, log, onBatch, onReset }: OutboxOptions): Outbox {
  let position: Position | undefined
  let isWanted = true
  let running: Promise<void> | undefined
  let isClosed = false
  let lastRead = 0
  const begin: { now: () => void } = { now: () => undefined }
  const begun = new Promise<void>((resolve) => (begin.now = resolve))

  const startAt = (place: Position) => {
    const isFirst = position === undefined
    position = place
    if (isFirst) begin.now()
    else onReset()
  }

  const apply = (batch: Batch) => {
    if (position === undefined) return
    if (batch.to.epoch !== position.epoch || comparePositions(batch.from, position) > 0) {
      // Something is missing between here and there, or the database is another one: the database itself knows.
      wake()
      return
    }
    if (comparePositions(batch.to, position) <= 0) return
    const next = { from: position, to: batch.to, items: itemsAfter(batch, position) }
    position = batch.to
    onBatch(next)
  }

  const readOnce = async () => {
    const from = position
    const answer = await atOnePosition(database, async (transaction, to) => {
      if (from === undefined) return to
      const changes = await changesSince(transaction, from, to)
      return changes === undefined ? to : { from, to, items: await renderItems(transaction, changes) }
    })
    if ('items' in answer) apply(answer)
    else startAt(answer)
  }

  const run = async () => {
    while (isWanted && !isClosed) {
      const wait = lastRead + pace - Date.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      isWanted = false
      lastRead = Date.now()
      try {
        await readOnce()
      } catch (error) {
        if (isClosed) return
        log.warn({ err: error, isDatabaseAway: isDatabaseAway(error) }, 'changes could not be read; trying again')
        isWanted = true
        await new Promise((resolve) => setTimeout(resolve, retryAfter))
      }
    }
  }

  const wake = () => {
    isWanted = true
    if (isClosed) return
    running ??= run().finally(() => {
      running = undefined
      // Woken between the last look and here.
      if (isWanted) wake()
    })
  }

  wake()
  return {
    position: () => position,
    wake,
    receive: apply,
    begun,
    close: async () => {
      isClosed = true
      await running
    },
  }
}
