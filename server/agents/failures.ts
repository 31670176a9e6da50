import { APICallError, RetryError } from 'ai'
import { isDatabaseAway } from '../common/databaseAway.ts'
import type { ClaimedTask, TaskOutcome } from '../database/taskExecution.ts'
import { Interruption } from './interruption.ts'
import { BudgetExceeded } from './model/ledger.ts'
import { ModelRefusal } from './model/offlineModel.ts'
import { NoAnswer } from './toolLoop.ts'

export type Ending = Pick<TaskOutcome, 'state' | 'errorCode' | 'error' | 'retrySeconds'>

const longestRetrySeconds = 300
/** Statuses of 4xx that say "not now" rather than "no" (RFC 9110, RFC 8470, RFC 6585). */
const temporaryStatuses = new Set([408, 409, 425, 429])

const forGood = (state: 'failed' | 'cancelled' | 'dead', errorCode: string, error: string): Ending => ({
  state,
  errorCode,
  error,
  retrySeconds: 0,
})

/** Doubles with each attempt, with jitter so that tasks that failed together do not come back together. */
function backOff(attempt: number, firstMilliseconds: number): number {
  const seconds = Math.min((firstMilliseconds / 1000) * 2 ** (attempt - 1), longestRetrySeconds)
  return seconds * (0.5 + Math.random() / 2)
}

/** Another attempt, or the dead letters when this was the last. */
function again(
  task: ClaimedTask,
  firstMilliseconds: number,
  errorCode: string,
  error: string,
  atLeastSeconds = 0,
): Ending {
  if (task.attempt >= task.maxAttempts) {
    return forGood('dead', errorCode, `${error} This was attempt ${task.attempt} of ${task.maxAttempts}.`)
  }
  const retrySeconds = Math.max(backOff(task.attempt, firstMilliseconds), Math.min(atLeastSeconds, longestRetrySeconds))
  return { state: 'queued', errorCode, error, retrySeconds }
}

function ofInterruption(task: ClaimedTask, firstMilliseconds: number, { reason }: Interruption): Ending | undefined {
  switch (reason) {
    case 'lease-lost':
      return undefined
    case 'cancelled':
      return forGood('cancelled', 'cancelled', 'It was cancelled while it ran.')
    case 'deadline-exceeded':
      return forGood('failed', 'deadline-exceeded', 'Its deadline passed before it was finished.')
    case 'timed-out':
      return again(task, firstMilliseconds, 'timed-out', `An attempt took longer than ${task.timeoutSeconds} s.`)
    case 'shutting-down':
      // Not the task's fault: it is given back whatever its attempts.
      return {
        state: 'queued',
        errorCode: 'shutting-down',
        error: 'Its worker was shut down. It is tried again.',
        retrySeconds: 0,
      }
  }
}

/** What the endpoint asks for, in seconds; a date is not understood and means nothing special. */
const retryAfter = (error: APICallError) => Number(error.responseHeaders?.['retry-after'] ?? 0) || 0

function ofCall(task: ClaimedTask, firstMilliseconds: number, error: APICallError): Ending {
  const { statusCode: status } = error
  if (status !== undefined && status >= 400 && status < 500 && !temporaryStatuses.has(status)) {
    return forGood('failed', 'model-refused', `The endpoint of the model refused the call (${status}).`)
  }
  const detail =
    status === undefined
      ? 'The endpoint of the model could not be reached.'
      : status >= 400
        ? `The endpoint of the model answered ${status}.`
        : 'The endpoint of the model gave an answer that cannot be read.'
  return again(task, firstMilliseconds, 'model-unavailable', detail, retryAfter(error))
}

/**
 * How a task ends whose attempt threw.
 * @param firstMilliseconds pause before the second attempt
 * @returns undefined when it is not ours to end: the lease was lost
 */
export function endingOf(task: ClaimedTask, firstMilliseconds: number, thrown: unknown): Ending | undefined {
  const error = RetryError.isInstance(thrown) ? thrown.lastError : thrown
  if (error instanceof Interruption) return ofInterruption(task, firstMilliseconds, error)
  if (error instanceof ModelRefusal) return forGood('failed', 'model-refused', error.message)
  if (error instanceof BudgetExceeded) return forGood('failed', 'budget-exceeded', error.message)
  if (error instanceof NoAnswer) return forGood('failed', error.code, error.message)
  if (APICallError.isInstance(error)) return ofCall(task, firstMilliseconds, error)
  const [code, detail] = isDatabaseAway(error)
    ? ['database-unavailable', 'The database was away during an attempt.']
    : ['attempt-failed', 'An attempt broke. The log of the agents holds the reason.']
  return again(task, firstMilliseconds, code ?? '', detail ?? '')
}
