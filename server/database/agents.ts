import type { Selectable } from 'kysely'
import type { Database } from './connection.ts'
import type { ModelTier, Tables } from './tables.ts'

type AgentRow = Selectable<Tables['archon_agents_v3']>

/** An agent as the services show it. */
export interface Agent {
  readonly id: string
  readonly name: string
  readonly modelTier: ModelTier
  readonly state: AgentRow['state']
  /** Share of finished tasks that succeeded, 0 to 1; 1 before the first. */
  readonly successRate: number
  readonly tasksCompleted: number
  readonly tasksFailed: number
  readonly updatedAt: string
}

function asAgent(row: AgentRow): Agent {
  return {
    id: row.id,
    name: row.name,
    modelTier: row.model_tier,
    state: row.state,
    successRate: row.success_rate,
    tasksCompleted: row.tasks_completed,
    tasksFailed: row.tasks_failed,
    updatedAt: row.updated_at.toISOString(),
  }
}

/** Every agent that is not archived, by name; only the named ones when `ids` is given. */
export async function listAgents(database: Database, ids?: readonly string[]): Promise<Agent[]> {
  let query = database.selectFrom('archon_agents_v3').selectAll().where('state', '!=', 'archived').orderBy('name')
  if (ids !== undefined) query = query.where('id', 'in', ids)
  return (await query.execute()).map(asAgent)
}

/** The new agent, or undefined when the name is taken. */
export async function createAgent(
  database: Database,
  agent: { readonly name: string; readonly modelTier: ModelTier },
): Promise<Agent | undefined> {
  const row = await database
    .insertInto('archon_agents_v3')
    .values({ name: agent.name, model_tier: agent.modelTier })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? undefined : asAgent(row)
}
