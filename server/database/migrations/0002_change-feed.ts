import { sqlMigration } from './migration.ts'

// A row of archon_events is written with the change that it tells of. Its transaction id lets a reader ask for what was committed since
// the snapshot that it saw last, so that "everything since" has no gaps (../position.ts). The notification holds the kind and the id alone:
// a payload is limited to 8000 bytes. Names are qualified because pg_restore runs with an empty search_path.
const up = `
CREATE TABLE archon_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  kind text NOT NULL,
  subject text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_events_order ON archon_events (transaction_id, id);
CREATE INDEX idx_events_marks ON archon_events (id) WHERE kind = 'mark';

CREATE FUNCTION archon_record_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  -- The other of the two is null.
  INSERT INTO public.archon_events (kind, subject) VALUES (TG_ARGV[0], coalesce(NEW.id, OLD.id)::text);
  PERFORM pg_notify('archon_changes', TG_ARGV[0] || ':' || coalesce(NEW.id, OLD.id));
  RETURN NULL;
END $$;

CREATE TRIGGER record_new AFTER INSERT ON archon_tasks FOR EACH ROW EXECUTE FUNCTION archon_record_change('task');
-- Renewed leases are nobody's news.
CREATE TRIGGER record_change AFTER UPDATE OF state, agent_id, cost, result, cancel_requested_at ON archon_tasks
  FOR EACH ROW EXECUTE FUNCTION archon_record_change('task');
CREATE TRIGGER record_new AFTER INSERT ON archon_agents_v3 FOR EACH ROW EXECUTE FUNCTION archon_record_change('agent');
CREATE TRIGGER record_change AFTER UPDATE ON archon_agents_v3
  FOR EACH ROW WHEN ((OLD.state, OLD.name, OLD.instructions, OLD.success_rate, OLD.tasks_completed, OLD.tasks_failed)
    IS DISTINCT FROM (NEW.state, NEW.name, NEW.instructions, NEW.success_rate, NEW.tasks_completed, NEW.tasks_failed))
  EXECUTE FUNCTION archon_record_change('agent');
-- A new vector of the same text is nobody's news either.
CREATE TRIGGER record_change AFTER INSERT OR DELETE OR UPDATE OF title, content, source ON archon_agent_knowledge
  FOR EACH ROW EXECUTE FUNCTION archon_record_change('knowledge');
CREATE TRIGGER record_new AFTER INSERT ON archon_cost_tracking FOR EACH ROW EXECUTE FUNCTION archon_record_change('cost');
-- Services refuse the access tokens of a session that was ended, and a key that was revoked.
CREATE TRIGGER record_end AFTER UPDATE OF revoked_at ON archon_sessions
  FOR EACH ROW WHEN (NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION archon_record_change('session');
CREATE TRIGGER record_end AFTER UPDATE OF revoked_at ON archon_api_keys
  FOR EACH ROW WHEN (NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION archon_record_change('session');`

const down = `
DROP TRIGGER record_end ON archon_api_keys;
DROP TRIGGER record_end ON archon_sessions;
DROP TRIGGER record_new ON archon_cost_tracking;
DROP TRIGGER record_change ON archon_agent_knowledge;
DROP TRIGGER record_change ON archon_agents_v3;
DROP TRIGGER record_new ON archon_agents_v3;
DROP TRIGGER record_change ON archon_tasks;
DROP TRIGGER record_new ON archon_tasks;
DROP FUNCTION archon_record_change();
DROP TABLE archon_events;`

export const changeFeed = sqlMigration('0002_change-feed', true, up, down)
