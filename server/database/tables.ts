import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely'
import type { PermissionLevel } from '../common/permissions.ts'

/** The guide's tiers: how strong, and how dear, the model behind an agent is. */
export const modelTiers = ['HAIKU', 'SONNET', 'OPUS'] as const
export type ModelTier = (typeof modelTiers)[number]

/**
 * idle <-> working as tasks come and go; idle -> hibernated after a quiet time, and back with the next task; paused agents take no new
 * task until resumed; archived ones never come back. `database/agents.ts` states who may go where.
 */
export const agentStates = ['idle', 'working', 'hibernated', 'paused', 'archived'] as const
export type AgentState = (typeof agentStates)[number]

/**
 * queued -> running -> completed | failed (the model or a limit said no) | dead (every attempt broke) | cancelled. A running task whose
 * worker died or whose attempt broke is queued again. failed, dead and cancelled tasks are queued again by a retry.
 */
export const taskStates = ['queued', 'running', 'completed', 'failed', 'dead', 'cancelled'] as const
export type TaskState = (typeof taskStates)[number]

export interface TaskResult {
  readonly model: string
  readonly text: string
}

type Written = ColumnType<Date, Date | string | undefined, Date | string>
type Moment = ColumnType<Date, Date | string, Date | string>
type Money = ColumnType<string, number | string, number | string>
type Sometimes = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

interface TenantTable {
  name: string
  /** US dollars a calendar month (UTC). Numeric arrives as text so that nothing is rounded on the way. */
  monthly_budget: Money | null
  created_at: Written
}

interface UserTable {
  id: Generated<string>
  name: string
  password_hash: string
  permission: PermissionLevel
  tenant: Generated<string>
  failed_sign_ins: Generated<number>
  locked_until: Sometimes
  disabled_at: Sometimes
  password_changed_at: Written
  created_at: Written
  updated_at: Written
}

interface SessionTable {
  id: string
  /** Null when the user was deleted; the session was ended then. */
  user_id: string | null
  address: string
  created_at: Written
  expires_at: Moment
  revoked_at: Sometimes
  revoked_because: string | null
}

interface RefreshTokenTable {
  token_hash: string
  session_id: string
  created_at: Written
  expires_at: Moment
  used_at: Sometimes
  replaced_by: string | null
}

interface ApiKeyTable {
  id: Generated<string>
  name: string
  key_hash: string
  permission: PermissionLevel
  created_by: string
  created_at: Written
  expires_at: Sometimes
  last_used_at: Sometimes
  revoked_at: Sometimes
}

interface SecretTable {
  name: string
  ciphertext: string
  updated_by: string | null
  created_at: Written
  updated_at: Written
}

interface UserActivityTable {
  /** `YYYY-MM-DD` */
  day: ColumnType<Date, string | Date>
  user_id: string
}

interface AgentTable {
  id: Generated<string>
  name: string
  model_tier: ModelTier
  state: Generated<AgentState>
  instructions: Generated<string>
  success_rate: Generated<number>
  tasks_completed: Generated<number>
  tasks_failed: Generated<number>
  last_active_at: Written
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
  tenant: Generated<string>
  agent_id: string | null
  parent_id: string | null
  result: JSONColumnType<TaskResult> | null
  error_code: string | null
  error: string | null
  attempts: Generated<number>
  runs: Generated<number>
  max_attempts: Generated<number>
  timeout_seconds: Generated<number>
  deadline: Sometimes
  budget: Money | null
  cost: ColumnType<string, number | string | undefined, number | string>
  idempotency_key: string | null
  cancel_requested_at: Sometimes
  /** Names the one execution that may finish the task; another execution's finish changes nothing. */
  lease: string | null
  lease_until: Sometimes
  submitted_by: string | null
  created_at: Written
  started_at: Sometimes
  finished_at: Sometimes
  updated_at: Written
}

interface NoteTable {
  id: GeneratedAlways<string>
  task_id: string
  agent_id: string | null
  content: string
  created_at: Written
}

interface CostTable {
  id: Generated<string>
  task_id: string | null
  agent_id: string | null
  tenant: Generated<string>
  model_tier: ModelTier
  model: string
  attempt: Generated<number>
  call: Generated<number>
  input_tokens: number
  output_tokens: number
  milliseconds: Generated<number>
  cost: Money
  recorded_at: Written
}

interface FeedbackTable {
  id: Generated<string>
  task_id: string
  user_id: string | null
  score: number
  comment: Generated<string>
  created_at: Written
}

interface KnowledgeTable {
  id: Generated<string>
  agent_id: string | null
  title: string
  content: string
  source: Generated<string>
  /** pgvector's text form: `[0.1,0.2,...]`. */
  embedding: string
  embedding_model: string
  embedding_dimensions: number
  created_by: string | null
  created_at: Written
  updated_at: Written
}

interface AuditTable {
  id: GeneratedAlways<string>
  recorded_at: Written
  event: string
  actor: string
  address: string
  request_id: Generated<string>
  details: JSONColumnType<Record<string, unknown>>
  /** Its place in the hash chain; null until it is sealed. */
  position: string | null
  previous_hash: string | null
  hash: string | null
}

interface AuditHeadTable {
  is_only: Generated<boolean>
  position: string
  hash: string
  authentication: string
}

interface EventTable {
  id: GeneratedAlways<string>
  transaction_id: ColumnType<string, never, never>
  kind: string
  subject: string
  recorded_at: Written
}

export interface Tables {
  archon_tenants: TenantTable
  archon_users: UserTable
  archon_sessions: SessionTable
  archon_refresh_tokens: RefreshTokenTable
  archon_api_keys: ApiKeyTable
  archon_secrets: SecretTable
  archon_user_activity: UserActivityTable
  archon_agents_v3: AgentTable
  archon_tasks: TaskTable
  archon_notes: NoteTable
  archon_cost_tracking: CostTable
  archon_feedback: FeedbackTable
  archon_agent_knowledge: KnowledgeTable
  archon_audit: AuditTable
  archon_audit_head: AuditHeadTable
  archon_events: EventTable
}
