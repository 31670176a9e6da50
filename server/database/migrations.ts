import type { MigrationBuilder } from 'node-pg-migrate'
import { embeddingDimensions } from './embedding.ts'

export interface SuiteMigration {
  /** Number first: they run in this order. Never renamed once released. */
  readonly name: string
  /** Whether the release before this one works on the migrated database, so that `rollout undo` is safe. */
  readonly previousReleaseRuns: boolean
  readonly up: (builder: MigrationBuilder) => void
  readonly down: (builder: MigrationBuilder) => void
}

const tables = `
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE archon_users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE,
  password_hash text NOT NULL,
  permission text NOT NULL CHECK (permission IN ('read_only', 'operator', 'administrator')),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE archon_sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES archon_users ON DELETE CASCADE,
  address text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX idx_sessions_user ON archon_sessions (user_id);

CREATE TABLE archon_audit (
  id bigserial PRIMARY KEY,
  recorded_at timestamptz NOT NULL,
  event text NOT NULL,
  actor text NOT NULL,
  address text NOT NULL,
  details jsonb NOT NULL,
  previous_hash text NOT NULL UNIQUE,
  hash text NOT NULL UNIQUE
);

CREATE TABLE archon_agents_v3 (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE,
  model_tier text NOT NULL CHECK (model_tier IN ('HAIKU', 'SONNET', 'OPUS')),
  state text NOT NULL DEFAULT 'idle' CHECK (state IN ('idle', 'working', 'paused', 'archived')),
  success_rate double precision NOT NULL DEFAULT 1 CHECK (success_rate BETWEEN 0 AND 1),
  tasks_completed integer NOT NULL DEFAULT 0,
  tasks_failed integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_agents_performance ON archon_agents_v3 (model_tier, state, success_rate);

CREATE TABLE archon_tasks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  title text NOT NULL,
  input text NOT NULL,
  model_tier text NOT NULL CHECK (model_tier IN ('HAIKU', 'SONNET', 'OPUS')),
  priority integer NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'completed', 'failed')),
  agent_id uuid REFERENCES archon_agents_v3,
  result jsonb,
  error text,
  attempts integer NOT NULL DEFAULT 0,
  lease uuid,
  lease_until timestamptz,
  submitted_by uuid REFERENCES archon_users ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_tasks_newest ON archon_tasks (created_at DESC, id DESC);
CREATE INDEX idx_tasks_open ON archon_tasks (state, lease_until) WHERE state IN ('queued', 'running');

CREATE TABLE archon_cost_tracking (
  id bigserial PRIMARY KEY,
  task_id uuid REFERENCES archon_tasks ON DELETE SET NULL,
  agent_id uuid REFERENCES archon_agents_v3,
  model_tier text NOT NULL,
  model text NOT NULL,
  input_tokens integer NOT NULL,
  output_tokens integer NOT NULL,
  cost numeric(14, 8) NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_cost_tracking_date ON archon_cost_tracking (recorded_at);

CREATE TABLE archon_agent_knowledge (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  agent_id uuid REFERENCES archon_agents_v3 ON DELETE SET NULL,
  title text NOT NULL UNIQUE,
  content text NOT NULL,
  embedding vector(${embeddingDimensions}) NOT NULL,
  embedding_model text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_knowledge_search ON archon_agent_knowledge USING gin (to_tsvector('english', content));
CREATE INDEX idx_knowledge_embedding ON archon_agent_knowledge USING hnsw (embedding vector_cosine_ops);

CREATE TABLE archon_feedback (
  id bigserial PRIMARY KEY,
  task_id uuid NOT NULL REFERENCES archon_tasks ON DELETE CASCADE,
  user_id uuid REFERENCES archon_users ON DELETE SET NULL,
  score integer NOT NULL CHECK (score BETWEEN 1 AND 5),
  comment text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now()
);`

const dropTables = `
DROP TABLE archon_feedback, archon_agent_knowledge, archon_cost_tracking, archon_tasks, archon_agents_v3, archon_audit,
  archon_sessions, archon_users;`

// A notification holds the id alone: its payload is limited to 8000 bytes. pg_catalog is named because pg_restore runs with an
// empty search_path.
const changeFeed = `
CREATE FUNCTION archon_notify_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_notify('archon_changes', TG_ARGV[0] || ':' || NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE ON archon_tasks
  FOR EACH ROW EXECUTE FUNCTION archon_notify_change('task');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE ON archon_agents_v3
  FOR EACH ROW EXECUTE FUNCTION archon_notify_change('agent');`

const dropChangeFeed = `
DROP TRIGGER notify_change ON archon_tasks;
DROP TRIGGER notify_change ON archon_agents_v3;
DROP FUNCTION archon_notify_change();`

export const migrations: readonly SuiteMigration[] = [
  {
    name: '0001_tables',
    previousReleaseRuns: true,
    up: (builder) => {
      builder.sql(tables)
    },
    down: (builder) => {
      builder.sql(dropTables)
    },
  },
  {
    name: '0002_change-feed',
    previousReleaseRuns: true,
    up: (builder) => {
      builder.sql(changeFeed)
    },
    down: (builder) => {
      builder.sql(dropChangeFeed)
    },
  },
]
