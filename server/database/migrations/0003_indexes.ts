import { offlineDimensions, offlineEmbeddingModel } from '../offlineEmbedding.ts'
import { indexMigration } from './migration.ts'
import { vectorIndex } from '../vectorIndex.ts'

const offline = vectorIndex({ model: offlineEmbeddingModel, dimensions: offlineDimensions })

/** The guide's indexes, and the one for vectors that it lacks; built while the suite goes on working. */
export const indexes = indexMigration('0003_indexes', {
  idx_agents_performance: 'archon_agents_v3 (model_tier, state, success_rate)',
  idx_cost_tracking_date: 'archon_cost_tracking (recorded_at)',
  idx_cost_tracking_tenant: 'archon_cost_tracking (tenant, recorded_at)',
  idx_knowledge_search: "archon_agent_knowledge USING gin (to_tsvector('english', content))",
  [offline.name]: offline.definition,
  idx_audit_event: 'archon_audit (event, id)',
})
