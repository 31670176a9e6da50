import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { isDatabaseAway } from '../common/databaseAway.ts'
import { recordCalls } from '../database/costs.ts'
import type { ModelTier, TaskResult } from '../database/tables.ts'
import {
  claimTasks,
  finishTasks,
  isStaffed,
  postponeTask,
  type ClaimedTask,
  type EndedTask,
  type TaskOutcome,
} from '../database/taskExecution.ts'
import { submitTask } from '../database/tasks.ts'
import { prepareAttempt, type Attempt, type Workshop } from './attempt.ts'
import { endingOf, type Ending } from './failures.ts'
import { groupCommit } from './groupCommit.ts'
import type { Leases } from './leases.ts'
import type { SpawnedTask } from './tools/tools.ts'

export interface ExecutionOptions extends Workshop {
  readonly leases: Leases
  readonly leaseSeconds: number
  /** Pause before the second attempt. */
  readonly retryMilliseconds: number
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn'>
  readonly onEnd: (ended: EndedTask) => void
}

export interface Execution {
  /**
   * Runs one attempt of a task. Calling it twice for the same task, at once or later, has the effects of one call.
   * @returns what was written, or undefined when this call wrote nothing
   * @throws what the database throws when the task could not be taken: the queue tries again
   */
  readonly execute: (tier: ModelTier, taskId: string) => Promise<EndedTask | undefined>
  /** Nothing waits for an agent any more. */
  readonly close: () => void
}

const staffingPoll = 1_000

/** PostgreSQL chose this statement to end a deadlock, or could not serialise it: it may simply be run again. */
const isConflict = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001')

export function createExecution(options: ExecutionOptions): Execution {
  const { database, leases, leaseSeconds, log } = options
  const closing = new AbortController()

  const claimIn = (tier: ModelTier) =>
    groupCommit<string, ClaimedTask | undefined>(async (ids) => {
      const claimed = await claimTasks(database, { tier, ids, leaseSeconds })
      return ids.map((id) => claimed.find((task) => task.id === id))
    })
  const claim = { HAIKU: claimIn('HAIKU'), SONNET: claimIn('SONNET'), OPUS: claimIn('OPUS') }

  const finish = groupCommit<TaskOutcome, EndedTask | undefined>(async (outcomes) => {
    const ended = await finishTasks(database, outcomes)
    return outcomes.map(({ id }) => ended.find((task) => task.id === id))
  })

  /** The end of a task that spawned others: all in one transaction. */
  const finishWithChildren = (task: ClaimedTask, outcome: TaskOutcome, children: readonly SpawnedTask[]) =>
    database.transaction().execute(async (transaction) => {
      const [ended] = await finishTasks(transaction, [outcome])
      if (ended === undefined) return undefined
      for (const child of children) {
        const place = { parentId: task.id, submittedBy: task.submittedBy, priority: 0 }
        await submitTask(transaction, { ...child, ...place })
      }
      return ended
    })

  /** Waits for an agent of the tier; what waits too long goes back into the queue, so that its job does not look lost. */
  const untilStaffed = async (tier: ModelTier, taskId: string): Promise<boolean> => {
    const end = Date.now() + leaseSeconds * 500
    while (!closing.signal.aborted && Date.now() < end) {
      await pause(staffingPoll, undefined, { signal: closing.signal }).catch(() => undefined)
      if (await isStaffed(database, tier)) return true
    }
    await postponeTask(database, taskId, staffingPoll / 1000)
    return false
  }

  const take = async (tier: ModelTier, taskId: string): Promise<ClaimedTask | undefined> => {
    const task = await claim[tier](taskId)
    if (task !== undefined || (await isStaffed(database, tier))) return task
    return (await untilStaffed(tier, taskId)) ? claim[tier](taskId) : undefined
  }

  const perform = async (
    task: ClaimedTask,
    attempt: Attempt,
  ): Promise<(Ending & { readonly result: TaskResult | null }) | undefined> => {
    try {
      const result = await attempt.run()
      return { state: 'completed', result, errorCode: null, error: null, retrySeconds: 0 }
    } catch (error) {
      const ending = endingOf(task, options.retryMilliseconds, error)
      log.warn(
        { taskId: task.id, attempt: task.attempt, ending: ending?.errorCode ?? 'lease-lost', err: error },
        'attempt ended',
      )
      return ending === undefined ? undefined : { ...ending, result: null }
    }
  }

  /** Stores the end, patiently: what was paid for is not thrown away because PostgreSQL restarts. */
  const store = async (task: ClaimedTask, attempt: Attempt, outcome: TaskOutcome): Promise<EndedTask | undefined> => {
    const { children } = attempt.wishes
    const isSimple = children.length === 0 || outcome.state !== 'completed'
    const giveUp = Date.now() + leaseSeconds * 1000
    for (let wait = 100; ; wait = Math.min(wait * 2, 2_000)) {
      try {
        return await (isSimple ? finish(outcome) : finishWithChildren(task, outcome, children))
      } catch (error) {
        if (Date.now() > giveUp || !(isDatabaseAway(error) || isConflict(error))) throw error
        await pause(wait)
      }
    }
  }

  const execute = async (tier: ModelTier, taskId: string): Promise<EndedTask | undefined> => {
    const task = await take(tier, taskId)
    if (task === undefined) return undefined
    const stopping = new AbortController()
    const attempt = prepareAttempt(options, task, stopping)
    leases.hold(task, stopping)
    try {
      const ending = await perform(task, attempt)
      const { ledger, wishes } = attempt
      const calls = ledger.pending()
      const cost = Number(calls.reduce((sum, call) => sum + call.cost, 0).toFixed(8))
      const { id, lease } = task
      const notes = ending?.state === 'queued' ? [] : wishes.notes
      const ended =
        ending === undefined ? undefined : await store(task, attempt, { id, lease, ...ending, calls, cost, notes })
      if (ended === undefined) {
        // Somebody else ends the task; the calls were paid all the same.
        await recordCalls(database, calls)
        return undefined
      }
      options.onEnd(ended)
      const { agent, attempt: number } = task
      log.info({ taskId, agent, attempt: number, ...ended, errorCode: ending?.errorCode ?? null }, 'task ended')
      return ended
    } finally {
      leases.release(task)
    }
  }

  return { execute, close: () => closing.abort() }
}
