import type { Database } from '../database/connection.ts'
import { recordCalls } from '../database/costs.ts'
import { spentThisMonth } from '../database/tenants.ts'
import { depthOfTask, type ClaimedTask } from '../database/taskExecution.ts'
import type { ModelTier, TaskResult } from '../database/tables.ts'
import { Interruption } from './interruption.ts'
import { openLedger, type Ledger } from './model/ledger.ts'
import { meterModel } from './model/meteredModel.ts'
import type { TierModel } from './model/models.ts'
import { runToolLoop } from './toolLoop.ts'
import type { KnowledgeSearch } from './tools/knowledgeSearch.ts'
import { createTools, type Wishes } from './tools/tools.ts'

/** What every attempt of this process works with. */
export interface Workshop {
  readonly database: Database
  readonly models: Readonly<Record<ModelTier, TierModel>>
  readonly knowledge: KnowledgeSearch | undefined
  readonly allowedOrigins: readonly string[]
  readonly mostOutputTokens: number
  readonly stepLimit: number
  readonly callRetries: number
}

export interface Attempt {
  /** @throws an Interruption when it was stopped from outside, and whatever the loop throws */
  readonly run: () => Promise<TaskResult>
  /** What is to be stored with the task's end, however it ends. */
  readonly ledger: Ledger
  readonly wishes: Wishes
}

const longestTimer = 2 ** 31 - 1

/** Aborts after the attempt's timeout, or at the task's deadline. @returns what stops the timers */
function limitTime(task: ClaimedTask, stopping: AbortController): () => void {
  const timeout = setTimeout(() => stopping.abort(new Interruption('timed-out')), task.timeoutSeconds * 1000)
  const untilDeadline = task.deadline === null ? longestTimer : task.deadline.getTime() - Date.now()
  const deadline =
    untilDeadline >= longestTimer
      ? undefined
      : setTimeout(() => stopping.abort(new Interruption('deadline-exceeded')), untilDeadline)
  return () => {
    clearTimeout(timeout)
    clearTimeout(deadline)
  }
}

/** Rejects with the signal's reason, also while something runs that does not look at the signal. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason as Error)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

/** One attempt at a task: the tool loop with a metered model, within the task's time. */
export function prepareAttempt(workshop: Workshop, task: ClaimedTask, stopping: AbortController): Attempt {
  const { database, models, knowledge, allowedOrigins } = workshop
  const { model, price } = models[task.tier]
  const ledger = openLedger({
    task,
    price,
    store: (calls) => recordCalls(database, calls),
    spentByTenant: () => spentThisMonth(database, task.tenant),
  })
  const wishes: Wishes = { notes: [], children: [] }
  const tools = createTools({
    wishes,
    tier: task.tier,
    knowledge,
    allowedOrigins,
    depth: () => depthOfTask(database, task.id),
  })
  const run = async () => {
    const stopTimers = limitTime(task, stopping)
    try {
      const loop = runToolLoop({
        task,
        model: meterModel(model, ledger, workshop.mostOutputTokens),
        tools,
        stepLimit: workshop.stepLimit,
        callRetries: workshop.callRetries,
        signal: stopping.signal,
      })
      return await Promise.race([loop, untilAborted(stopping.signal)])
    } catch (error) {
      // An aborted call throws its own error; why it was aborted is what counts.
      throw stopping.signal.aborted ? stopping.signal.reason : error
    } finally {
      stopTimers()
    }
  }
  return { run, ledger, wishes }
}
