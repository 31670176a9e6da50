import { sql } from 'kysely'
import { hashPassword } from '../common/passwords.ts'
import type { Database } from './connection.ts'
import { locks } from './locks.ts'
import { embed, offlineDimensions, offlineEmbeddingModel } from './offlineEmbedding.ts'
import { knowledgeSeed } from './knowledgeSeed.ts'
import type { ModelTier } from './tables.ts'

const agents: readonly { readonly name: string; readonly tier: ModelTier }[] = [
  { name: 'archivist', tier: 'HAIKU' },
  { name: 'courier', tier: 'HAIKU' },
  { name: 'analyst', tier: 'SONNET' },
  { name: 'reviewer', tier: 'SONNET' },
  { name: 'planner', tier: 'OPUS' },
  { name: 'strategist', tier: 'OPUS' },
]

/**
 * The rows that a fresh installation starts with. Rows that exist are left as they are, so that it may run at every deploy; in
 * particular the administrator's password is only ever set once.
 */
export async function seed(database: Database, adminPassword: string): Promise<void> {
  const password_hash = await hashPassword(adminPassword)
  await database.transaction().execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(${locks.seed})`.execute(transaction)
    await transaction
      .insertInto('archon_users')
      .values({ name: 'admin', password_hash, permission: 'administrator' })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
    await transaction
      .insertInto('archon_agents_v3')
      .values(agents.map(({ name, tier }) => ({ name, model_tier: tier })))
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
    await transaction
      .insertInto('archon_agent_knowledge')
      .values(
        knowledgeSeed.map(([title, content]) => ({
          title,
          content,
          embedding: embed(`${title} ${content}`),
          embedding_model: offlineEmbeddingModel,
          embedding_dimensions: offlineDimensions,
        })),
      )
      .onConflict((conflict) => conflict.column('title').doNothing())
      .execute()
  })
}
