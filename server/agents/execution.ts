import { randomUUID } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../database/connection.ts'
import type { ModelTier, Tables } from '../database/tables.ts'
import { ModelRefusal, priceOf, type Model, type ModelAnswer } from './offlineModel.ts'

/** No agent of the tier takes tasks now. The task stays queued and the queue tries again later. */
export class NoAgentAvailable extends Error {
  override readonly name = 'NoAgentAvailable'
}

export interface ExecutionOptions {
  readonly database: Database
  readonly model: Model
  readonly leaseSeconds: number
}

interface Claim {
  readonly taskId: string
  readonly lease: string
  readonly agentId: string
  readonly tier: ModelTier
  readonly title: string
  readonly input: string
}

export interface Finished {
  readonly state: 'completed' | 'failed'
  readonly tier: ModelTier
  readonly seconds: number
}

const leaseEnd = (seconds: number) => sql<Date>`now() + make_interval(secs => ${seconds})`

/** The least busy agent of the tier; its row is locked so that two tasks at once see each other's claim. */
async function chooseAgent(transaction: Transaction<Tables>, tier: ModelTier): Promise<string> {
  const agents = await transaction
    .selectFrom('archon_agents_v3')
    .select('id')
    .where('model_tier', '=', tier)
    .where('state', 'in', ['idle', 'working'])
    .orderBy('id')
    .forUpdate()
    .execute()
  const running = await transaction
    .selectFrom('archon_tasks')
    .select(['agent_id', ({ fn }) => fn.countAll<string>().as('tasks')])
    .where('state', '=', 'running')
    .groupBy('agent_id')
    .execute()
  const load = new Map(running.map(({ agent_id, tasks }) => [agent_id, Number(tasks)]))
  const [chosen] = agents.map(({ id }) => id).sort((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0))
  if (chosen === undefined) throw new NoAgentAvailable(`No agent of the tier ${tier} takes tasks now.`)
  return chosen
}

/** Takes the task for this execution, or nothing when it is finished or another worker holds a live lease. */
function claim({ database, leaseSeconds }: ExecutionOptions, taskId: string): Promise<Claim | undefined> {
  return database.transaction().execute(async (transaction) => {
    const task = await transaction
      .selectFrom('archon_tasks')
      .select(['title', 'input', 'model_tier'])
      .where('id', '=', taskId)
      .where(sql<boolean>`(state = 'queued' OR (state = 'running' AND lease_until < now()))`)
      .forUpdate()
      .executeTakeFirst()
    if (task === undefined) return undefined
    const agentId = await chooseAgent(transaction, task.model_tier)
    const lease = randomUUID()
    await transaction
      .updateTable('archon_tasks')
      .set(({ eb }) => ({
        state: 'running',
        agent_id: agentId,
        lease,
        lease_until: leaseEnd(leaseSeconds),
        attempts: eb('attempts', '+', 1),
        started_at: sql<Date>`coalesce(started_at, now())`,
        updated_at: sql<Date>`now()`,
      }))
      .where('id', '=', taskId)
      .execute()
    await setAgentState(transaction, agentId, 'working')
    return { taskId, lease, agentId, tier: task.model_tier, title: task.title, input: task.input }
  })
}

/** Paused and archived agents keep their state: only the switch between idle and working is ours. */
async function setAgentState(transaction: Transaction<Tables>, id: string, state: 'idle' | 'working'): Promise<void> {
  await transaction
    .updateTable('archon_agents_v3')
    .set({ state, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('state', '=', state === 'idle' ? 'working' : 'idle')
    .execute()
}

/** Writes result, cost and the agent's record together, once: with a lease that was lost nothing at all is written. */
async function finish(
  { database }: ExecutionOptions,
  held: Claim,
  outcome: { readonly answer: ModelAnswer } | { readonly refusal: string },
): Promise<Finished | undefined> {
  const isCompleted = 'answer' in outcome
  const state = isCompleted ? 'completed' : 'failed'
  return database.transaction().execute(async (transaction) => {
    const task = await transaction
      .updateTable('archon_tasks')
      .set({
        state,
        result: isCompleted ? JSON.stringify({ model: outcome.answer.model, text: outcome.answer.text }) : null,
        error: isCompleted ? null : outcome.refusal,
        lease: null,
        lease_until: null,
        finished_at: sql<Date>`now()`,
        updated_at: sql<Date>`now()`,
      })
      .where('id', '=', held.taskId)
      .where('lease', '=', held.lease)
      .returning(sql<number>`extract(epoch FROM now() - started_at)::float8`.as('seconds'))
      .executeTakeFirst()
    if (task === undefined) return undefined
    if (isCompleted) await recordCost(transaction, held, outcome.answer)
    await recordOutcome(transaction, held.agentId, isCompleted)
    return { state, tier: held.tier, seconds: task.seconds }
  })
}

async function recordCost(transaction: Transaction<Tables>, held: Claim, answer: ModelAnswer): Promise<void> {
  await transaction
    .insertInto('archon_cost_tracking')
    .values({
      task_id: held.taskId,
      agent_id: held.agentId,
      model_tier: held.tier,
      model: answer.model,
      input_tokens: answer.inputTokens,
      output_tokens: answer.outputTokens,
      cost: priceOf(held.tier, answer).toFixed(8),
    })
    .execute()
}

async function recordOutcome(transaction: Transaction<Tables>, agentId: string, isCompleted: boolean): Promise<void> {
  const column = isCompleted ? 'tasks_completed' : 'tasks_failed'
  await transaction
    .updateTable('archon_agents_v3')
    .set(({ eb }) => ({ [column]: eb(column, '+', 1) }))
    .where('id', '=', agentId)
    .execute()
  await transaction
    .updateTable('archon_agents_v3')
    .set({
      success_rate: sql<number>`tasks_completed::float8 / (tasks_completed + tasks_failed)`,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', agentId)
    .execute()
  const other = await transaction
    .selectFrom('archon_tasks')
    .select('id')
    .where('agent_id', '=', agentId)
    .where('state', '=', 'running')
    .limit(1)
    .executeTakeFirst()
  if (other === undefined) await setAgentState(transaction, agentId, 'idle')
}

/**
 * Runs one task to its end. Calling it twice for the same task, at once or later, has the effects of one call.
 * @returns what was written, or undefined when this call wrote nothing
 * @throws NoAgentAvailable, or what the database throws: the queue tries again
 */
export async function executeTask(options: ExecutionOptions, taskId: string): Promise<Finished | undefined> {
  const held = await claim(options, taskId)
  if (held === undefined) return undefined
  const renewal = setInterval(
    () => {
      const renewed = options.database
        .updateTable('archon_tasks')
        .set({ lease_until: leaseEnd(options.leaseSeconds) })
        .where('id', '=', taskId)
        .where('lease', '=', held.lease)
        .execute()
      // A renewal that fails is made up by the next one, or another worker takes over: both are safe.
      renewed.catch(() => undefined)
    },
    (options.leaseSeconds * 1000) / 3,
  )
  try {
    const answer = await options.model.answer(held.title, held.input)
    return await finish(options, held, { answer })
  } catch (error) {
    if (!(error instanceof ModelRefusal)) throw error
    return await finish(options, held, { refusal: error.message })
  } finally {
    clearInterval(renewal)
  }
}
