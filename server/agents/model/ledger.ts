import type { ModelCall } from '../../database/costs.ts'
import type { ClaimedTask } from '../../database/taskExecution.ts'
import type { Price } from './models.ts'

/** The next call could exceed what the task or its tenant may spend. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded'
}

export interface Ledger {
  /**
   * How many tokens a call's answer may have, so that it stays within the budgets of task and tenant whatever it costs.
   * @throws BudgetExceeded when not even one can be paid
   */
  readonly allowance: (inputTokens: number, mostOutputTokens: number) => Promise<number>
  /** Notes a call. One that others will follow is stored at once; the last one goes with the task's end. */
  readonly record: (
    call: Pick<ModelCall, 'model' | 'inputTokens' | 'outputTokens' | 'milliseconds'>,
    isLast: boolean,
  ) => Promise<void>
  /** Calls that are not stored yet. */
  readonly pending: () => readonly ModelCall[]
}

export interface LedgerOptions {
  readonly task: ClaimedTask
  readonly price: Price
  readonly store: (calls: readonly ModelCall[]) => Promise<void>
  /** US dollars that the task's tenant has spent this month. */
  readonly spentByTenant: () => Promise<number>
}

const million = 1_000_000

/** The account of one attempt. */
export function openLedger({ task, price, store, spentByTenant }: LedgerOptions): Ledger {
  let pending: ModelCall[] = []
  let calls = 0
  let spent = task.cost

  const remaining = async (): Promise<{ readonly dollars: number; readonly whose: string }> => {
    const ofTask = task.budget === null ? Number.POSITIVE_INFINITY : task.budget - spent
    if (task.tenantBudget === null) return { dollars: ofTask, whose: 'the task' }
    const unstored = pending.reduce((sum, { cost }) => sum + cost, 0)
    const ofTenant = task.tenantBudget - (await spentByTenant()) - unstored
    return ofTenant < ofTask
      ? { dollars: ofTenant, whose: `the tenant ${task.tenant} this month` }
      : { dollars: ofTask, whose: 'the task' }
  }

  return {
    allowance: async (inputTokens, mostOutputTokens) => {
      const { dollars, whose } = await remaining()
      if (dollars === Number.POSITIVE_INFINITY) return mostOutputTokens
      const forOutput = dollars - (inputTokens * price.input) / million
      const tokens = price.output === 0 ? mostOutputTokens : Math.floor((forOutput * million) / price.output)
      if (forOutput <= 0 || tokens < 1) {
        throw new BudgetExceeded(
          `The next call of the model would exceed the budget of ${whose}. What was spent so far is kept.`,
        )
      }
      return Math.min(tokens, mostOutputTokens)
    },
    record: async (call, isLast) => {
      calls += 1
      const cost = (call.inputTokens * price.input + call.outputTokens * price.output) / million
      spent += cost
      const { id: taskId, agentId, tenant, tier, run: attempt } = task
      pending.push({ taskId, agentId, tenant, tier, attempt, call: calls, ...call, cost: Number(cost.toFixed(8)) })
      if (isLast) return
      // Kept for the task's end when this fails.
      await store(pending)
      pending = []
    },
    pending: () => pending,
  }
}
