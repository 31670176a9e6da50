/** Title and text: what an agent of the suite knows on its first day about the system it works in. */
export const knowledgeSeed: readonly (readonly [title: string, content: string])[] = [
  [
    'Task queue',
    'Tasks wait in a queue inside PostgreSQL. Submitting a task and queueing its job happen in one transaction.',
  ],
  [
    'Task priorities',
    'A task with a higher priority number is taken first. Tasks of equal priority run in the order of arrival.',
  ],
  [
    'Task leases',
    'A worker holds a lease on the task it runs and renews it. When the lease ends, another worker may take the task.',
  ],
  [
    'Failed tasks',
    'A failed task keeps its error text. Submit it again after correcting the input; it is never retried silently.',
  ],
  ['Model tiers', 'HAIKU is fast and cheap, SONNET is the everyday tier, OPUS is for planning and hard problems.'],
  [
    'Choosing a tier',
    'Start with the cheapest tier that solves the problem and move up only when results are not good enough.',
  ],
  [
    'Agent states',
    'An agent is idle, working, paused or archived. Paused agents finish what they run and take nothing new.',
  ],
  ['Success rate', 'The success rate of an agent is the share of its finished tasks that completed without an error.'],
  [
    'Cost tracking',
    'Every model call writes its input tokens, output tokens and price to the cost table with the time of the call.',
  ],
  ['Daily cost report', 'Sum the cost table by day and tier to see where money goes. The date index keeps this fast.'],
  [
    'Offline model',
    'With no model endpoint configured a deterministic offline model answers, so that the suite runs anywhere.',
  ],
  ['Knowledge search', 'Knowledge is found by words and by vectors. Passages found both ways are ranked first.'],
  [
    'Embeddings',
    'An embedding is a list of 256 numbers. Rows record the model that made them; vectors of two models do not compare.',
  ],
  [
    'Vector index',
    'The HNSW index answers nearest neighbour queries without reading every row. Building it needs memory.',
  ],
  ['Full-text index', 'The full-text index uses English stemming: queue, queues and queued are the same word.'],
  [
    'Signing in',
    'Sign in with name and password to receive a bearer token. Tokens end by themselves; sign in again then.',
  ],
  [
    'Permission levels',
    'read_only may look, operator may submit tasks and create agents, administrator may also manage users.',
  ],
  [
    'Password storage',
    'Passwords are stored as Argon2id hashes. Nobody, not even an administrator, can read them back.',
  ],
  [
    'Token rotation',
    'Set the previous signing secret beside the new one during a rotation, so that running sessions survive.',
  ],
  ['Audit log', 'Every sign-in and every change is written to an audit log whose entries are chained by hashes.'],
  [
    'Liveness',
    'The health address tells whether the process works. It never asks the database, so an outage restarts nothing.',
  ],
  ['Readiness', 'The ready address tells whether requests can be served: the database is reachable and migrated.'],
  [
    'Graceful shutdown',
    'On a stop signal a service reports not ready, finishes open requests, closes its connections and ends.',
  ],
  [
    'Metrics',
    'Each service publishes metrics for Prometheus: response times, query times, queue results and connections.',
  ],
  [
    'Log format',
    'Logs are JSON lines with time, level, service and request id. Secrets are cut before they are written.',
  ],
  ['Request ids', 'Send X-Request-Id to follow one request through all services; a missing id is generated.'],
  ['Live updates', 'The page receives changes of tasks and agents over a WebSocket fed by PostgreSQL notifications.'],
  ['Redis', 'Redis is a cache only. When it is away everything works, a little slower, and nothing is lost.'],
  ['Connection pools', 'The pools of all replicas together must stay below the connection limit of PostgreSQL.'],
  [
    'Database restart',
    'Services connect again by themselves after PostgreSQL restarts. They are not ready in the meantime.',
  ],
  ['Backups', 'A backup counts as verified only after a trial restore. A checksum alone proves that it is intact.'],
  ['Restore', 'A restore goes into a new database which is then swapped in by name. The old one is kept for undo.'],
  ['Migrations', 'Migrations run once under a lock before the services start. Running them again changes nothing.'],
  ['Network policies', 'Traffic between pods is denied unless a policy names the two services and the port.'],
  [
    'Resource limits',
    'Every container states its requests and limits, otherwise the quota of the namespace refuses it.',
  ],
  ['Autoscaling', 'The autoscaler owns the number of backend replicas. Scaling by hand works until its next decision.'],
  ['Disruption budgets', 'A disruption budget keeps one backend running while nodes are drained for maintenance.'],
  [
    'Storage',
    'The database keeps its files on a persistent volume that survives the pod. Deleting the claim deletes the data.',
  ],
  [
    'Model Context Protocol',
    'Other programs reach knowledge, agents and tasks through the MCP service with a bearer token.',
  ],
  ['Incident response', 'Capture logs and state first, then isolate. Scaling to zero first destroys the evidence.'],
]
