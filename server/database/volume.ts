import { randomBytes } from 'node:crypto'
import { sql, type RawBuilder, type Transaction } from 'kysely'
import { hashPassword } from '../common/passwords.ts'
import type { Database } from './connection.ts'
import { offlineDimensions, offlineEmbeddingModel } from './offlineEmbedding.ts'
import type { Tables } from './tables.ts'
import { enqueueJob } from './tasks.ts'
import { volumeDocuments, volumeTexts } from './volumeTexts.ts'

export interface Volume {
  readonly tasks: number
  /** The same seed gives the same rows; another seed gives further ones. Times are counted back from now. */
  readonly seed: number
}

export interface VolumeReport {
  readonly users: number
  readonly agents: number
  readonly tasks: number
  readonly calls: number
  readonly ratings: number
  readonly documents: number
}

/** A number of 0 to 1 (exclusive) that seed, row and purpose alone decide, on any PostgreSQL. */
function chance(seed: number, purpose: string, row: RawBuilder<unknown> = sql`i`): RawBuilder<number> {
  return sql`(('x' || substr(md5(concat_ws(':', ${seed}::text, ${purpose}::text, ${row})), 1, 8))::bit(32)::bigint / 4294967296.0)`
}
const id = (seed: number, kind: string, row: RawBuilder<unknown>) =>
  sql`md5(concat_ws(':', ${seed}::text, ${kind}::text, ${row}))::uuid`
/** One of the texts. */
const oneOf = (texts: readonly string[], at: RawBuilder<number>) =>
  sql`(${sql.val(texts)}::text[])[1 + floor(${at} * ${texts.length})::integer]`

/**
 * Fills the database with realistic volumes: users of five tenants, agents, tasks in all states over 90 days, their calls of models,
 * ratings, and knowledge with vectors of the offline model. In one transaction, and repeating it adds nothing. Live readers are not told
 * of each row: they see the rows when they read again.
 */
export async function addVolume(database: Database, { tasks, seed }: Volume): Promise<VolumeReport> {
  const passwordHash = await hashPassword(randomBytes(24).toString('hex'))
  return database.transaction().execute(async (transaction) => {
    await sql`SET LOCAL statement_timeout = 0`.execute(transaction)
    const silenced = ['archon_tasks', 'archon_agents_v3', 'archon_cost_tracking', 'archon_agent_knowledge']
    for (const table of silenced) await sql`ALTER TABLE ${sql.table(table)} DISABLE TRIGGER USER`.execute(transaction)
    const users = await addUsers(transaction, seed, 10 + Math.floor(tasks / 1_000), passwordHash)
    const agents = await addAgents(transaction, seed)
    const added = await addTasks(transaction, seed, tasks, users)
    const report = {
      users,
      agents,
      tasks: added,
      calls: await addCalls(transaction, seed, tasks),
      ratings: await addRatings(transaction, seed, tasks),
      documents: await addDocuments(transaction, seed, Math.floor(tasks / 100)),
    }
    await settle(transaction, seed)
    for (const table of silenced) await sql`ALTER TABLE ${sql.table(table)} ENABLE TRIGGER USER`.execute(transaction)
    return report
  })
}

async function rowsOf(transaction: Transaction<Tables>, statement: RawBuilder<unknown>): Promise<number> {
  return Number((await statement.execute(transaction)).numAffectedRows ?? 0)
}

/** People who cannot sign in: nobody knows their password. */
async function addUsers(transaction: Transaction<Tables>, seed: number, count: number, passwordHash: string) {
  await sql`
    INSERT INTO archon_tenants (name, monthly_budget)
    SELECT 'tenant-' || i, 500 * i FROM generate_series(1, 4) AS i ON CONFLICT DO NOTHING
  `.execute(transaction)
  await sql`
    INSERT INTO archon_users (id, name, password_hash, permission, tenant)
    SELECT ${id(seed, 'user', sql`i`)}, ${`person-${seed}-`}::text || i, ${passwordHash},
      CASE WHEN ${chance(seed, 'permission')} < 0.7 THEN 'operator' ELSE 'read_only' END,
      coalesce('tenant-' || nullif(i % 5, 0), 'default')
    FROM generate_series(1, ${count}::integer) AS i ON CONFLICT DO NOTHING
  `.execute(transaction)
  return count
}

const agentsPerTier = 8

async function addAgents(transaction: Transaction<Tables>, seed: number): Promise<number> {
  return rowsOf(
    transaction,
    sql`
    INSERT INTO archon_agents_v3 (id, name, model_tier, state, created_at)
    SELECT ${id(seed, 'agent', sql`tier || i`)}, lower(tier) || ${`-${seed}-`}::text || i, tier,
      CASE WHEN i = ${agentsPerTier} THEN 'hibernated' WHEN i = ${agentsPerTier - 1} THEN 'paused' ELSE 'idle' END,
      now() - interval '91 days'
    FROM unnest(ARRAY['HAIKU', 'SONNET', 'OPUS']) AS tier, generate_series(1, ${agentsPerTier}::integer) AS i
    ON CONFLICT DO NOTHING`,
  )
}

// MATERIALIZED, or PostgreSQL would draw each number again wherever it is used.

/** 86 % completed, 5 % failed, 2 % dead, 4 % cancelled, 2.5 % queued (each with its job), 0.5 % running for a worker that is gone. */
async function addTasks(transaction: Transaction<Tables>, seed: number, count: number, users: number): Promise<number> {
  const { verbs, subjects, reasons } = volumeTexts
  const { rows } = await sql<{ tasks: number }>`
    WITH drawn AS MATERIALIZED (
      SELECT i, ${chance(seed, 'state')} AS state, ${chance(seed, 'tier')} AS tier, ${chance(seed, 'age')} AS age,
        ${chance(seed, 'time')} AS time, 1 + floor(${chance(seed, 'agent')} * ${agentsPerTier - 2}) AS agent,
        1 + floor(${chance(seed, 'user')} ^ 2 * ${users}::integer)::integer AS person
      FROM generate_series(1, ${count}::integer) AS i
    ), named AS MATERIALIZED (
      SELECT *, CASE WHEN tier < 0.5 THEN 'HAIKU' WHEN tier < 0.85 THEN 'SONNET' ELSE 'OPUS' END AS model_tier,
        CASE WHEN state < 0.86 THEN 'completed' WHEN state < 0.91 THEN 'failed' WHEN state < 0.93 THEN 'dead'
          WHEN state < 0.97 THEN 'cancelled' WHEN state < 0.995 THEN 'queued' ELSE 'running' END AS state_name
      FROM drawn
    ), dated AS MATERIALIZED (
      SELECT *, now() - CASE WHEN state_name IN ('queued', 'running') THEN age * interval '1 hour' + interval '5 minutes'
          ELSE age * interval '90 days' + interval '2 hours' END AS created,
        CASE model_tier WHEN 'HAIKU' THEN 4 WHEN 'SONNET' THEN 15 ELSE 60 END * (0.2 + 3 * time ^ 3) * interval '1 second' AS took
      FROM named
    ), added AS (
      INSERT INTO archon_tasks (id, title, input, model_tier, priority, state, tenant, agent_id, result, error_code, error, attempts,
        runs, submitted_by, created_at, started_at, finished_at, updated_at, lease, lease_until)
      SELECT ${id(seed, 'task', sql`i`)}, ${oneOf(verbs, sql`time`)} || ' ' || ${oneOf(subjects, sql`age`)} || ' ' || i,
        ${oneOf(verbs, sql`time`)} || ' ' || repeat(${oneOf(subjects, sql`age`)} || ', ', 1 + (i % 20)) || 'and say what stands out.',
        model_tier, CASE i % 10 WHEN 0 THEN 10 WHEN 1 THEN -10 ELSE 0 END, state_name,
        coalesce('tenant-' || nullif(person % 5, 0), 'default'),
        CASE WHEN state_name <> 'queued' THEN ${id(seed, 'agent', sql`model_tier || agent`)} END,
        CASE WHEN state_name = 'completed' THEN jsonb_build_object('model', 'offline-deterministic', 'text',
          'What stands out: ' || ${oneOf(subjects, sql`time`)} || '.') END,
        CASE state_name WHEN 'failed' THEN 'model-refused' WHEN 'dead' THEN 'attempts-exhausted' WHEN 'cancelled' THEN 'cancelled' END,
        CASE WHEN state_name IN ('failed', 'dead', 'cancelled') THEN ${oneOf(reasons, sql`time`)} END,
        CASE state_name WHEN 'queued' THEN 0 WHEN 'dead' THEN 5 ELSE 1 END,
        CASE state_name WHEN 'queued' THEN 0 WHEN 'dead' THEN 5 ELSE 1 END,
        ${id(seed, 'user', sql`person`)}, created,
        CASE WHEN state_name <> 'queued' THEN created + time * interval '20 seconds' END,
        CASE WHEN state_name NOT IN ('queued', 'running') THEN created + time * interval '20 seconds' + took END,
        created + CASE WHEN state_name = 'queued' THEN interval '0' ELSE time * interval '20 seconds' + took END,
        CASE WHEN state_name = 'running' THEN ${id(seed, 'lease', sql`i`)} END,
        CASE WHEN state_name = 'running' THEN now() - interval '1 minute' END
      FROM dated ON CONFLICT DO NOTHING RETURNING *
    ), queued AS (
      SELECT ${enqueueJob('added')} AS job FROM added WHERE state = 'queued'
    ), jobs AS (SELECT count(job) AS jobs FROM queued)
    SELECT count(*)::integer AS tasks FROM added, jobs WHERE jobs >= 0`.execute(transaction)
  return rows[0]?.tasks ?? 0
}

/** One to four calls an attempted task, at round prices of the three tiers (US dollars per million tokens). */
async function addCalls(transaction: Transaction<Tables>, seed: number, count: number): Promise<number> {
  return rowsOf(
    transaction,
    sql`
    WITH calls AS MATERIALIZED (
      SELECT i, call, 200 + floor(${chance(seed, 'input', sql`i * 10 + call`)} ^ 2 * 6000)::integer AS input_tokens,
        50 + floor(${chance(seed, 'output', sql`i * 10 + call`)} ^ 2 * 1500)::integer AS output_tokens
      FROM generate_series(1, ${count}::integer) AS i,
        generate_series(1, 1 + floor(4 * ${chance(seed, 'calls')} ^ 2)::integer) AS call
    )
    INSERT INTO archon_cost_tracking (task_id, agent_id, tenant, model_tier, model, attempt, call, input_tokens, output_tokens,
      milliseconds, cost, recorded_at)
    SELECT task.id, task.agent_id, task.tenant, task.model_tier, 'offline-deterministic', task.attempts, call, input_tokens,
      output_tokens, 100 + output_tokens, CASE task.model_tier WHEN 'HAIKU' THEN input_tokens + 5 * output_tokens
        WHEN 'SONNET' THEN 3 * input_tokens + 15 * output_tokens ELSE 15 * input_tokens + 75 * output_tokens END / 1e6,
      coalesce(task.finished_at, task.started_at)
    FROM calls JOIN archon_tasks AS task ON task.id = ${id(seed, 'task', sql`calls.i`)}
    WHERE task.state IN ('completed', 'failed', 'dead') ON CONFLICT DO NOTHING`,
  )
}

/** Every tenth result is rated, mostly well. */
async function addRatings(transaction: Transaction<Tables>, seed: number, count: number): Promise<number> {
  return rowsOf(
    transaction,
    sql`
    INSERT INTO archon_feedback (task_id, user_id, score, comment, created_at)
    SELECT task.id, task.submitted_by, 5 - floor(${chance(seed, 'score')} ^ 3 * 5)::integer,
      CASE WHEN i % 30 = 0 THEN ${oneOf(volumeTexts.comments, chance(seed, 'comment'))} ELSE '' END, task.finished_at + interval '1 hour'
    FROM generate_series(10, ${count}::integer, 10) AS i JOIN archon_tasks AS task ON task.id = ${id(seed, 'task', sql`i`)}
    WHERE task.state = 'completed' ON CONFLICT DO NOTHING`,
  )
}

async function addDocuments(transaction: Transaction<Tables>, seed: number, count: number): Promise<number> {
  const documents = volumeDocuments(seed, count)
  return rowsOf(
    transaction,
    sql`
    INSERT INTO archon_agent_knowledge (title, content, source, embedding, embedding_model, embedding_dimensions)
    SELECT title, content, 'generated', vector::vector, ${offlineEmbeddingModel}, ${offlineDimensions}
    FROM jsonb_to_recordset(${JSON.stringify(documents)}::jsonb) AS new(title text, content text, vector text) ON CONFLICT DO NOTHING`,
  )
}

/** What the rows of tasks add up to. */
async function settle(transaction: Transaction<Tables>, seed: number): Promise<void> {
  await sql`
    UPDATE archon_tasks AS task SET cost = spent.cost
    FROM (SELECT task_id, sum(cost) AS cost FROM archon_cost_tracking GROUP BY task_id) AS spent
    WHERE task.id = spent.task_id AND task.cost <> spent.cost
  `.execute(transaction)
  await sql`
    UPDATE archon_agents_v3 AS agent SET tasks_completed = done.completed, tasks_failed = done.failed,
      success_rate = done.completed::float8 / greatest(1, done.completed + done.failed), last_active_at = done.last
    FROM (SELECT agent_id, count(*) FILTER (WHERE state = 'completed') AS completed,
        count(*) FILTER (WHERE state IN ('failed', 'dead')) AS failed, max(updated_at) AS last
      FROM archon_tasks WHERE agent_id IS NOT NULL GROUP BY agent_id) AS done
    WHERE agent.id = done.agent_id AND agent.name LIKE ${`%-${seed}-%`}
  `.execute(transaction)
}
