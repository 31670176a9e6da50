import type { DeployStatus } from '#shared/contract/deploy.ts'
import type { Plan, PlannedResource } from '#shared/contract/plan.ts'
import type { FieldChange } from '#shared/contract/changes.ts'
import type { Task } from '#shared/contract/tasks.ts'

/** An invented deployment for tests and for drawing the page. */

const minute = 60_000
const day = 24 * 60 * minute
const now = () => Date.now()

export const sampleValues = `# prod-eu-1
hosts:
  frontend: swarm.example.com
replicas:
  backend:
    minimum: 2
    maximum: 6
`

export function sampleDeploy(): DeployStatus {
  return {
    installed: {
      id: 'r5',
      version: '2.3.1',
      profile: 'production',
      values: sampleValues,
      at: now() - 7 * day,
      by: 'maya',
    },
    unfinished: null,
    profiles: [
      { id: 'sandbox', title: 'Sandbox' },
      { id: 'small', title: 'Small' },
      { id: 'production', title: 'Production' },
    ],
    versions: ['2.4.0', '2.3.1'],
  }
}

export const sampleKnown = [
  ['hosts.frontend', 'string', 'Host of the page and of the interfaces.', ''],
  ['images.registry', 'string', 'Registry in front of every image.', 'registry.example.com'],
  ['replicas.backend.minimum', 'whole number', 'Fewest pods of the backend.', '2'],
  ['replicas.backend.maximum', 'whole number', 'Most pods the autoscaler starts.', '10'],
  ['resources.agents.limits.memory', 'quantity', 'Most memory of an agents pod before it is ended.', '1Gi'],
  ['storage.database.size', 'quantity', 'Size of the volume of the database. It can grow, never shrink.', '100Gi'],
  ['retention.backups', 'days', 'How long backups are kept.', '30'],
].map(([path = '', type = '', description = '', standard = '']) => ({ path, type, description, standard }))

export const sampleFaults = [
  { path: 'replicas.backend.minimum', line: 6, message: 'This must be a whole number; "two" is text.' },
  { path: 'replicas.backend.maximun', line: 7, message: 'This key is not known. Did you mean maximum?' },
  { path: 'tls.secret', line: 0, message: 'A host needs a certificate: name the Secret that holds it.' },
]

const deploymentText = (image: string, memory: string, level: string) =>
  `apiVersion: apps/v1
kind: Deployment
metadata:
  name: agency-swarm-backend
  namespace: agency-swarm
  labels:
    app: agency-swarm-backend
    app.kubernetes.io/part-of: agency-swarm
spec:
  replicas: 4
  strategy:
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
  template:
    metadata:
      labels:
        app: agency-swarm-backend
    spec:
      containers:
        - name: backend
          image: ${image}
          env:
            - name: LOG_LEVEL
              value: ${level}
            - name: REDIS_URL
              value: redis://agency-swarm-redis:6379
          resources:
            limits:
              cpu: "1"
              memory: ${memory}
`

const backendFields: FieldChange[] = [
  {
    path: 'spec.template.spec.containers[backend].image',
    before: 'agency-swarm/suite:2.3.1',
    after: 'agency-swarm/suite:2.4.0',
    effect: 'restarts the pods',
  },
  {
    path: 'spec.template.spec.containers[backend].resources.limits.memory',
    before: '1Gi',
    after: '1536Mi',
    effect: 'restarts the pods',
  },
  {
    path: 'spec.template.spec.containers[backend].env[LOG_LEVEL].value',
    before: 'DEBUG',
    after: 'INFO',
    effect: 'restarts the pods',
  },
]

const backend: PlannedResource = {
  id: 'apps/v1 Deployment agency-swarm-backend',
  kind: 'Deployment',
  name: 'agency-swarm-backend',
  action: 'conflict',
  added: 3,
  removed: 3,
  before: deploymentText('agency-swarm/suite:2.3.1', '1Gi', 'DEBUG'),
  after: deploymentText('agency-swarm/suite:2.4.0', '1536Mi', 'INFO'),
  fields: backendFields,
  conflicts: [
    {
      field: 'spec.template.spec.containers[backend].env[LOG_LEVEL].value',
      manager: 'kubectl-edit',
      operation: 'Update',
      at: now() - 26 * 60 * minute,
      live: 'DEBUG',
      wanted: 'INFO',
    },
  ],
  restartsPods: 4,
  notes: ['restarts 4 pods, one at a time', 'keeps the 4 replicas of the autoscaler'],
}

function other(
  kind: string,
  name: string,
  action: PlannedResource['action'],
  lines: [number, number] = [0, 0],
  notes: string[] = [],
  restartsPods = 0,
): PlannedResource {
  const text = `kind: ${kind}\nmetadata:\n  name: ${name}\n`
  const [added, removed] = lines
  return {
    id: `${kind} ${name}`,
    kind,
    name,
    action,
    added,
    removed,
    before: action === 'create' ? '' : `${text}data:\n  version: 2.3.1\n`,
    after: action === 'same' ? `${text}data:\n  version: 2.3.1\n` : `${text}data:\n  version: 2.4.0\n`,
    fields:
      action === 'change' || action === 'replace'
        ? [
            {
              path: 'data.version',
              before: '2.3.1',
              after: '2.4.0',
              effect: action === 'replace' ? 'cannot be changed in place' : '',
            },
          ]
        : [],
    conflicts: [],
    restartsPods,
    notes,
  }
}

export function samplePlan(values: Partial<Plan> = {}): Plan {
  const stage = (id: string, title: string, waits: string, resources: PlannedResource[]) => ({
    id,
    title,
    waits,
    resources,
  })
  return {
    id: 'plan-1',
    rollbackTo: null,
    profile: 'production',
    version: '2.4.0',
    values: sampleValues,
    stages: [
      stage('base', 'Namespace and access', 'no wait', [
        other('Namespace', 'agency-swarm', 'same'),
        other('ServiceAccount', 'agency-swarm-backend', 'same'),
        other('NetworkPolicy', 'agency-swarm-default-deny', 'same'),
        other('ResourceQuota', 'agency-swarm-quota', 'change', [2, 2]),
      ]),
      stage('database', 'Storage and database', 'until postgresql has 1 of 1 pods ready, at most 5 min', [
        other('StatefulSet', 'postgresql', 'same'),
        other('ConfigMap', 'postgresql-config', 'change', [2, 1], ['restarts 1 pod'], 1),
      ]),
      stage('migrations', 'Migrations', 'until the Job is complete, at most 30 min', [
        other('Job', 'migrate-2-4-0', 'create', [38, 0]),
      ]),
      stage('configuration', 'Configuration', 'no wait', [
        other('ConfigMap', 'agency-swarm-config', 'change', [2, 1]),
        other('Secret', 'agency-swarm-secrets', 'change', [1, 1]),
      ]),
      stage('services', 'Services', 'until all pods are ready, at most 5 min a service', [
        backend,
        {
          ...other('HorizontalPodAutoscaler', 'agency-swarm-hpa', 'conflict', [1, 1]),
          fields: [{ path: 'spec.maxReplicas', before: '12', after: '6', effect: '' }],
          conflicts: [
            {
              field: 'spec.maxReplicas',
              manager: 'agency-swarm-console-edit',
              operation: 'Update',
              at: now() - 3 * day,
              live: '12',
              wanted: '6',
            },
          ],
        },
        other('Deployment', 'agency-swarm-mcp', 'change', [3, 3], ['restarts 2 pods, one at a time'], 2),
        other('Deployment', 'agency-swarm-agents', 'change', [7, 4], ['restarts 2 pods, one at a time'], 2),
        other('Deployment', 'agency-swarm-frontend', 'same'),
        other('Service', 'agency-swarm-mcp', 'replace', [1, 1], ['its address changes']),
        other('PodDisruptionBudget', 'agency-swarm-agents', 'create', [12, 0]),
      ]),
      stage('monitoring', 'Monitoring', 'no wait', [other('PrometheusRule', 'agency-swarm-alerts', 'change', [8, 2])]),
    ],
    prune: [
      {
        id: 'Deployment agency-swarm-realtime',
        kind: 'Deployment',
        name: 'agency-swarm-realtime',
        detail: 'Its 2 pods end. Nothing that runs calls it.',
      },
      {
        id: 'ConfigMap realtime-config',
        kind: 'ConfigMap',
        name: 'realtime-config',
        detail: 'Used by agency-swarm-realtime only.',
      },
    ],
    checks: [
      { title: 'Kubernetes 1.31.3', state: 'passed', detail: 'From 1.28 to 1.36 is supported.', remedy: '' },
      { title: 'Rights', state: 'passed', detail: '31 of 31 resources may be written.', remedy: '' },
      {
        title: 'No metrics API',
        state: 'warning',
        detail: 'The autoscaler cannot measure: it keeps the pods there are.',
        remedy: 'Install metrics-server.',
      },
      { title: 'Storage class', state: 'passed', detail: 'standard exists.', remedy: '' },
      {
        title: 'Quota',
        state: 'failed',
        detail: 'Requests rise to 33.4 Gi of memory; the quota allows 32 Gi. The last agents pod would not be created.',
        remedy: 'Raise the quota of the namespace, or set replicas.agents lower.',
      },
      { title: 'Images', state: 'passed', detail: '5 of 5 can be pulled.', remedy: '' },
    ],
    schema: {
      state: 'forward',
      detail: 'They add only: 2.3.1 runs on the new schema, too.',
      migrations: ['0045_agent_budgets', '0046_audit_index', '0047_sources'],
    },
    blockers: [],
    madeAt: now() - minute,
    ...values,
  }
}

export const sampleDifference = {
  values: [
    { path: 'replicas.backend.maximum', before: '4', after: '6', effect: '' },
    { path: 'hosts.frontend', before: '', after: 'swarm.example.com', effect: '' },
  ],
  resources: [
    { ...backend, action: 'change' as const, conflicts: [], notes: [] },
    other('ConfigMap', 'agency-swarm-config', 'change', [2, 1]),
  ],
}

export function sampleRun(values: Partial<Task> = {}): Task {
  const plan = samplePlan()
  const began = now() - 16 * minute
  return {
    id: 'run-1',
    kind: 'deploy',
    call: 'deploy.apply',
    effect: 'destructive',
    cluster: 'uid:prod-eu-1',
    context: 'context:prod-eu-1',
    offers: [],
    seen: false,
    namespace: 'agency-swarm',
    title: 'Deploy 2.4.0',
    state: 'running',
    steps: plan.stages.map((stage, index) => ({
      id: stage.id,
      title: stage.title,
      state: index < 4 ? 'done' : index === 4 ? 'running' : 'waiting',
      detail:
        index < 4
          ? 'Applied'
          : index === 4
            ? '2 of 4 new pods ready. Waiting for zz5lj to pass its readiness check.'
            : stage.waits,
      ...(index < 5 ? { startedAt: began + index * 3 * minute } : { plannedMs: 90_000 }),
      ...(index < 4 ? { endedAt: began + (index + 1) * 3 * minute } : {}),
      ...(index === 4 ? { progress: { done: 2, total: 4, unit: 'pods' as const } } : {}),
      group: 'change',
    })),
    log: [
      { at: began, level: 'info', text: 'Namespace and access: 4 objects applied' },
      { at: began + 9 * minute, level: 'good', text: 'Migrations: 3 of 3 ran' },
      {
        at: began + 12 * minute,
        level: 'warn',
        text: 'agency-swarm-backend: pulling the image takes longer than a minute',
      },
    ],
    startedAt: began,
    by: 'maya',
    uncancellable: '',
    result: { runId: 'r6' },
    ...values,
  }
}
