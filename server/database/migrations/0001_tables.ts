import { sqlMigration } from './migration.ts'

const identity = `
CREATE TABLE archon_tenants (
  name text PRIMARY KEY,
  -- US dollars a calendar month (UTC); null means no limit.
  monthly_budget numeric(12, 4) CHECK (monthly_budget >= 0),
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO archon_tenants (name) VALUES ('default');

CREATE TABLE archon_users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE,
  password_hash text NOT NULL,
  permission text NOT NULL CHECK (permission IN ('read_only', 'operator', 'administrator')),
  tenant text NOT NULL DEFAULT 'default' REFERENCES archon_tenants,
  failed_sign_ins integer NOT NULL DEFAULT 0,
  locked_until timestamptz,
  disabled_at timestamptz,
  password_changed_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE archon_sessions (
  id uuid PRIMARY KEY,
  -- An ended session outlives its user: its access tokens are refused until they expire.
  user_id uuid REFERENCES archon_users ON DELETE SET NULL,
  address text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoked_because text
);
CREATE INDEX idx_sessions_user ON archon_sessions (user_id);
CREATE INDEX idx_sessions_revoked ON archon_sessions (revoked_at) WHERE revoked_at IS NOT NULL;

-- Only hashes: whoever reads this table cannot sign in with it.
CREATE TABLE archon_refresh_tokens (
  token_hash text PRIMARY KEY,
  session_id uuid NOT NULL REFERENCES archon_sessions ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  -- Set when it was exchanged. A second exchange means that two hold it, and ends the session.
  used_at timestamptz,
  -- The hash of the token that it was exchanged for.
  replaced_by text
);
CREATE INDEX idx_refresh_tokens_session ON archon_refresh_tokens (session_id);

CREATE TABLE archon_api_keys (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE,
  key_hash text NOT NULL UNIQUE,
  permission text NOT NULL CHECK (permission IN ('read_only', 'operator', 'administrator')),
  created_by uuid NOT NULL REFERENCES archon_users ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

-- Values are AES-256-GCM by common/encryption.ts, with key id; the name is the additional authenticated data.
CREATE TABLE archon_secrets (
  name text PRIMARY KEY,
  ciphertext text NOT NULL,
  updated_by uuid REFERENCES archon_users ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE archon_user_activity (
  day date NOT NULL,
  user_id uuid NOT NULL REFERENCES archon_users ON DELETE CASCADE,
  PRIMARY KEY (day, user_id)
);
`

const work = `
CREATE TABLE archon_agents_v3 (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE,
  model_tier text NOT NULL CHECK (model_tier IN ('HAIKU', 'SONNET', 'OPUS')),
  state text NOT NULL DEFAULT 'idle' CHECK (state IN ('idle', 'working', 'hibernated', 'paused', 'archived')),
  instructions text NOT NULL DEFAULT '',
  success_rate double precision NOT NULL DEFAULT 1 CHECK (success_rate BETWEEN 0 AND 1),
  tasks_completed integer NOT NULL DEFAULT 0,
  tasks_failed integer NOT NULL DEFAULT 0,
  last_active_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE archon_tasks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  title text NOT NULL,
  input text NOT NULL,
  model_tier text NOT NULL CHECK (model_tier IN ('HAIKU', 'SONNET', 'OPUS')),
  priority integer NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'completed', 'failed', 'dead', 'cancelled')),
  tenant text NOT NULL DEFAULT 'default' REFERENCES archon_tenants,
  agent_id uuid REFERENCES archon_agents_v3,
  parent_id uuid REFERENCES archon_tasks ON DELETE SET NULL,
  result jsonb,
  -- Why it failed, died or was cancelled: a code for programs and a sentence for people.
  error_code text,
  error text,
  -- Attempts since it was submitted or retried by a person.
  attempts integer NOT NULL DEFAULT 0,
  -- All attempts ever. It numbers them in archon_cost_tracking, where a retry must not count from one again.
  runs integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL DEFAULT 5 CHECK (max_attempts BETWEEN 1 AND 20),
  -- Seconds one attempt may take.
  timeout_seconds integer NOT NULL DEFAULT 300 CHECK (timeout_seconds BETWEEN 1 AND 86400),
  -- Not started after this moment, and stopped when it passes.
  deadline timestamptz,
  -- US dollars that all attempts together may cost; null means no limit.
  budget numeric(12, 6) CHECK (budget >= 0),
  cost numeric(14, 8) NOT NULL DEFAULT 0,
  idempotency_key text,
  cancel_requested_at timestamptz,
  lease uuid,
  lease_until timestamptz,
  submitted_by uuid REFERENCES archon_users ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX idx_tasks_idempotency ON archon_tasks (submitted_by, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX idx_tasks_newest ON archon_tasks (created_at DESC, id DESC);
-- Without the lease, so that renewing one touches no index.
CREATE INDEX idx_tasks_open ON archon_tasks (state, model_tier) WHERE state IN ('queued', 'running', 'dead');
CREATE INDEX idx_tasks_parent ON archon_tasks (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE archon_notes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  task_id uuid NOT NULL REFERENCES archon_tasks ON DELETE CASCADE,
  agent_id uuid REFERENCES archon_agents_v3,
  content text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_notes_task ON archon_notes (task_id, id);

CREATE TABLE archon_cost_tracking (
  id bigserial PRIMARY KEY,
  task_id uuid REFERENCES archon_tasks ON DELETE SET NULL,
  agent_id uuid REFERENCES archon_agents_v3,
  tenant text NOT NULL DEFAULT 'default',
  model_tier text NOT NULL,
  model text NOT NULL,
  -- Which call of which attempt: a call is paid once.
  attempt integer NOT NULL DEFAULT 1,
  call integer NOT NULL DEFAULT 1,
  input_tokens integer NOT NULL,
  output_tokens integer NOT NULL,
  milliseconds integer NOT NULL DEFAULT 0,
  cost numeric(14, 8) NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (task_id, attempt, call)
);

CREATE TABLE archon_feedback (
  id bigserial PRIMARY KEY,
  task_id uuid NOT NULL REFERENCES archon_tasks ON DELETE CASCADE,
  user_id uuid REFERENCES archon_users ON DELETE SET NULL,
  score integer NOT NULL CHECK (score BETWEEN 1 AND 5),
  comment text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (task_id, user_id)
);
`

// The column takes vectors of any model; each model has an index of its own (0003, and the re-embedding job).
const knowledge = `
CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE archon_agent_knowledge (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  agent_id uuid REFERENCES archon_agents_v3 ON DELETE SET NULL,
  title text NOT NULL UNIQUE,
  content text NOT NULL,
  source text NOT NULL DEFAULT '',
  embedding vector NOT NULL,
  embedding_model text NOT NULL,
  embedding_dimensions integer NOT NULL,
  created_by uuid REFERENCES archon_users ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (vector_dims(embedding) = embedding_dimensions)
);
`

const audit = `
-- An entry is written in the transaction that it tells of, and sealed into the hash chain moments later: so a change and its entry
-- are stored together or not at all, and writers do not wait for each other.
CREATE TABLE archon_audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  event text NOT NULL,
  actor text NOT NULL,
  address text NOT NULL,
  request_id text NOT NULL DEFAULT '',
  details jsonb NOT NULL,
  position bigint UNIQUE,
  previous_hash text UNIQUE,
  hash text UNIQUE,
  CHECK ((position IS NULL) = (hash IS NULL) AND (hash IS NULL) = (previous_hash IS NULL))
);
CREATE INDEX idx_audit_unsealed ON archon_audit (id) WHERE position IS NULL;

-- The newest sealed entry, authenticated with a key that the database does not hold: cutting off the end of the chain, or computing it
-- anew, shows.
CREATE TABLE archon_audit_head (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  position bigint NOT NULL,
  hash text NOT NULL,
  authentication text NOT NULL
);

CREATE FUNCTION archon_audit_is_final() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.position IS NULL
    AND (OLD.id, OLD.recorded_at, OLD.event, OLD.actor, OLD.address, OLD.request_id, OLD.details)
      IS NOT DISTINCT FROM (NEW.id, NEW.recorded_at, NEW.event, NEW.actor, NEW.address, NEW.request_id, NEW.details) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'The audit log is only ever added to.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER is_final BEFORE UPDATE OR DELETE ON archon_audit FOR EACH ROW EXECUTE FUNCTION archon_audit_is_final();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON archon_audit FOR EACH STATEMENT EXECUTE FUNCTION archon_audit_is_final();
`

const dropAll = `
DROP TABLE archon_audit, archon_audit_head, archon_agent_knowledge, archon_feedback, archon_cost_tracking, archon_notes, archon_tasks,
  archon_agents_v3, archon_user_activity, archon_secrets, archon_api_keys, archon_refresh_tokens, archon_sessions, archon_users,
  archon_tenants;
DROP FUNCTION archon_audit_is_final();`

/** Every table of the suite, under the guide's names where the guide has one. */
export const tables = sqlMigration('0001_tables', true, identity + work + knowledge + audit, dropAll, false)
