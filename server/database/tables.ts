import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { PermissionLevel } from '../common/permissions.ts'

/** The guide's tiers: how strong, and how dear, the model behind an agent is. */
export const modelTiers = ['HAIKU', 'SONNET', 'OPUS'] as const
export type ModelTier = (typeof modelTiers)[number]

/** idle -> working -> idle; paused agents take no new task; archived ones never come back. */
export const agentStates = ['idle', 'working', 'paused', 'archived'] as const
type AgentState = (typeof agentStates)[number]

/** queued -> running -> completed | failed; running falls back to queued when its worker died. */
export const taskStates = ['queued', 'running', 'completed', 'failed'] as const
export type TaskState = (typeof taskStates)[number]

export interface TaskResult {
  readonly model: string
  readonly text: string
}

type Written = ColumnType<Date, Date | string | undefined, Date | string>
type Sometimes = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

interface AgentTable {
  id: Generated<string>
  name: string
  model_tier: ModelTier
  state: Generated<AgentState>
  success_rate: Generated<number>
  tasks_completed: Generated<number>
  tasks_failed: Generated<number>
  created_at: Written
  updated_at: Written
}

interface TaskTable {
  id: Generated<string>
  title: string
  input: string
  model_tier: ModelTier
  priority: Generated<number>
  state: Generated<TaskState>
  agent_id: string | null
  result: JSONColumnType<TaskResult> | null
  error: string | null
  attempts: Generated<number>
  /** Names the one execution that may finish the task; another execution's finish changes nothing. */
  lease: string | null
  lease_until: Sometimes
  submitted_by: string | null
  created_at: Written
  started_at: Sometimes
  finished_at: Sometimes
  updated_at: Written
}

interface CostTable {
  id: Generated<string>
  task_id: string | null
  agent_id: string | null
  model_tier: ModelTier
  model: string
  input_tokens: number
  output_tokens: number
  /** US dollars; numeric arrives as text so that nothing is rounded on the way. */
  cost: ColumnType<string, number | string, number | string>
  recorded_at: Written
}

interface KnowledgeTable {
  id: Generated<string>
  agent_id: string | null
  title: string
  content: string
  /** pgvector's text form: `[0.1,0.2,...]`. */
  embedding: string
  embedding_model: string
  created_at: Written
}

interface UserTable {
  id: Generated<string>
  name: string
  password_hash: string
  permission: PermissionLevel
  created_at: Written
}

interface SessionTable {
  id: string
  user_id: string
  address: string
  created_at: Written
  expires_at: ColumnType<Date, Date | string>
}

interface AuditTable {
  id: Generated<string>
  recorded_at: ColumnType<Date, Date>
  event: string
  actor: string
  address: string
  details: JSONColumnType<Record<string, unknown>>
  previous_hash: string
  hash: string
}

export interface Tables {
  archon_agents_v3: AgentTable
  archon_tasks: TaskTable
  archon_cost_tracking: CostTable
  archon_agent_knowledge: KnowledgeTable
  archon_users: UserTable
  archon_sessions: SessionTable
  archon_audit: AuditTable
}
