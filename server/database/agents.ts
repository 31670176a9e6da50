import { sql, type Selectable } from 'kysely'
import { Problem } from '../common/problems.ts'
import type { AgentState, ModelTier, Tables } from './tables.ts'
import type { AnyDatabase } from './tasks.ts'

type AgentRow = Selectable<Tables['archon_agents_v3']>

/**
 * Where an agent may go from each state. The suite itself moves agents between idle, working and hibernated; pausing, resuming and
 * archiving are for people. The running tasks of an agent that is paused are finished; new ones go to others.
 */
export const agentTransitions: Readonly<Record<AgentState, readonly AgentState[]>> = {
  idle: ['working', 'hibernated', 'paused', 'archived'],
  working: ['idle', 'paused'],
  hibernated: ['working', 'idle', 'paused', 'archived'],
  paused: ['idle', 'archived'],
  archived: [],
}

/** What people ask for, and where it leads. */
export const agentActions = { pause: 'paused', resume: 'idle', archive: 'archived' } as const
export type AgentAction = keyof typeof agentActions

const statesBefore = (to: AgentState) =>
  (Object.keys(agentTransitions) as AgentState[]).filter((from) => agentTransitions[from].includes(to))

/** Resuming is for those who do not take tasks now: an agent that works is not made idle by a person. */
const allowedBefore: Readonly<Record<AgentAction, readonly AgentState[]>> = {
  pause: statesBefore('paused'),
  resume: statesBefore('idle').filter((from) => from !== 'working'),
  archive: statesBefore('archived'),
}

/** An agent as the services show it. */
export interface Agent {
  readonly id: string
  readonly name: string
  readonly modelTier: ModelTier
  readonly state: AgentState
  /** What it is told before each task. */
  readonly instructions: string
  /** Share of finished tasks that succeeded, 0 to 1; 1 before the first. */
  readonly successRate: number
  readonly tasksCompleted: number
  readonly tasksFailed: number
  readonly lastActiveAt: string
  readonly updatedAt: string
}

function asAgent(row: AgentRow): Agent {
  return {
    id: row.id,
    name: row.name,
    modelTier: row.model_tier,
    state: row.state,
    instructions: row.instructions,
    successRate: row.success_rate,
    tasksCompleted: row.tasks_completed,
    tasksFailed: row.tasks_failed,
    lastActiveAt: row.last_active_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

/** Every agent that is not archived, by name; only the named ones when `ids` is given. */
export async function listAgents(database: AnyDatabase, ids?: readonly string[]): Promise<Agent[]> {
  let query = database.selectFrom('archon_agents_v3').selectAll().where('state', '!=', 'archived').orderBy('name')
  if (ids !== undefined) query = query.where('id', 'in', ids)
  return (await query.execute()).map(asAgent)
}

/** The agent, archived or not. @throws Problem 404 `no-such-agent` */
export async function findAgent(database: AnyDatabase, id: string): Promise<Agent> {
  const row = await database.selectFrom('archon_agents_v3').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new Problem(404, 'no-such-agent', 'There is no agent with this id.')
  return asAgent(row)
}

/** The new agent, or undefined when the name is taken. */
export async function createAgent(
  database: AnyDatabase,
  agent: { readonly name: string; readonly modelTier: ModelTier; readonly instructions?: string | undefined },
): Promise<Agent | undefined> {
  const row = await database
    .insertInto('archon_agents_v3')
    .values({ name: agent.name, model_tier: agent.modelTier, instructions: agent.instructions ?? '' })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : asAgent(row)
}

/**
 * Pauses, resumes or archives an agent.
 * @throws Problem 404 `no-such-agent`, 409 `transition-not-allowed` with the states in its text
 */
export async function moveAgent(database: AnyDatabase, id: string, action: AgentAction): Promise<Agent> {
  const to = agentActions[action]
  const row = await database
    .updateTable('archon_agents_v3')
    .set({ state: to, last_active_at: sql<Date>`now()`, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('state', 'in', allowedBefore[action])
    .returningAll()
    .executeTakeFirst()
  if (row !== undefined) return asAgent(row)
  const { name, state } = await findAgent(database, id)
  const advice = action === 'archive' && state === 'working' ? ' Pause it first.' : ''
  throw new Problem(409, 'transition-not-allowed', `The agent ${name} cannot go from ${state} to ${to}.${advice}`)
}

/**
 * Brings the states of agents to what their tasks say: working while one runs, idle after, hibernated when nothing came for a while.
 * Writes only what differs.
 * @returns how many changed
 */
export async function settleAgents(database: AnyDatabase, hibernateAfterSeconds: number): Promise<number> {
  const { rows } = await sql`
    UPDATE archon_agents_v3 AS agent SET state = settled.state, updated_at = now()
    FROM (
      SELECT id, CASE
          WHEN EXISTS (SELECT FROM archon_tasks AS task WHERE task.state = 'running' AND task.agent_id = candidate.id) THEN 'working'
          WHEN candidate.state = 'hibernated' OR last_active_at < now() - make_interval(secs => ${hibernateAfterSeconds}) THEN 'hibernated'
          ELSE 'idle' END AS state
      FROM archon_agents_v3 AS candidate WHERE state IN ('idle', 'working', 'hibernated')
    ) AS settled
    WHERE agent.id = settled.id AND agent.state <> settled.state AND agent.state IN ('idle', 'working', 'hibernated')
    RETURNING agent.id
  `.execute(database)
  return rows.length
}
