import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../database/connection.ts'
import { renewLeases, type ClaimedTask } from '../database/taskExecution.ts'
import { Interruption, type InterruptionReason } from './interruption.ts'

/** Cancellations are seen at least this often. Milliseconds. */
const longestHeartbeat = 5_000

export interface Leases {
  /** Keeps a task's lease until released. The signal aborts with an Interruption when it is cancelled, or the lease was lost. */
  readonly hold: (task: ClaimedTask, attempt: AbortController) => void
  readonly release: (task: ClaimedTask) => void
  /** Stops every attempt of this process. */
  readonly interruptAll: (reason: InterruptionReason) => void
  readonly count: () => number
  readonly close: () => void
}

interface Held {
  readonly task: ClaimedTask
  readonly attempt: AbortController
}

/** The heartbeat of all tasks that this process works on: one statement renews their leases and brings cancellations. */
export function keepLeases(database: Database, leaseSeconds: number, log: Pick<FastifyBaseLogger, 'warn'>): Leases {
  const held = new Map<string, Held>()
  const beat = async (): Promise<void> => {
    const asked = [...held.values()]
    if (asked.length === 0) return
    const renewed = await renewLeases(
      database,
      asked.map(({ task }) => task),
      leaseSeconds,
    )
    const answers = new Map(renewed.map((answer) => [answer.lease, answer]))
    for (const { task, attempt } of asked) {
      // Released meanwhile: its lease ended with its task.
      if (!held.has(task.lease)) continue
      const answer = answers.get(task.lease)
      if (answer === undefined) attempt.abort(new Interruption('lease-lost'))
      else if (answer.isCancelRequested) attempt.abort(new Interruption('cancelled'))
    }
  }
  let isBeating = false
  const heartbeat = setInterval(
    () => {
      if (isBeating) return
      isBeating = true
      // A renewal that fails is made up by the next one, or another worker takes over: both are safe.
      beat()
        .catch((error: unknown) => log.warn({ err: error }, 'leases could not be renewed'))
        .finally(() => {
          isBeating = false
        })
    },
    Math.min((leaseSeconds * 1000) / 3, longestHeartbeat),
  )
  return {
    hold: (task, attempt) => held.set(task.lease, { task, attempt }),
    release: (task) => held.delete(task.lease),
    interruptAll: (reason) => {
      for (const { attempt } of held.values()) attempt.abort(new Interruption(reason))
    },
    count: () => held.size,
    close: () => clearInterval(heartbeat),
  }
}
