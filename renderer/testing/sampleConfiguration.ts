import type { CertificateRow } from '#shared/contract/certificates.ts'
import type { ConfigurationRow, EditableKind } from '#shared/contract/configuration.ts'

/** Invented configuration for tests and for drawing the page; nothing of this ships, and no value is real. */

const minute = 60_000
const day = 1440 * minute

export interface SampleObject {
  row: ConfigurationRow
  resourceVersion: string
  /** Of ConfigMaps and Secrets. */
  data: Record<string, string>
  yaml: string
}

const backend = 'Deployment agency-swarm-backend'

function object(
  kind: EditableKind,
  name: string,
  content: { data?: Record<string, string>; yaml?: string; summary?: string; keys?: string[] },
  usedBy: string[],
  previousAt?: number,
): SampleObject {
  const data = content.data ?? {}
  return {
    row: {
      kind,
      name,
      keys: content.keys ?? Object.keys(data),
      summary: content.summary ?? '',
      bytes: Object.values(data).reduce((sum, value) => sum + value.length, 0) || (content.yaml?.length ?? 0),
      usedBy: { state: 'known', value: usedBy },
      changedAt: Date.now() - 95 * minute,
      changedBy: 'agency-swarm-console',
      previousAt: { state: 'known', value: previousAt ?? null },
    },
    resourceVersion: '1041',
    data,
    yaml: content.yaml ?? '',
  }
}

export function sampleConfiguration(): SampleObject[] {
  return [
    object(
      'ConfigMap',
      'agency-swarm-config',
      {
        data: {
          LOG_LEVEL: 'info',
          'nginx.conf': 'worker_processes 2;\r\nevents {}\r\n',
          CORS_ORIGINS: 'https://console.example.org',
          MAX_AGENTS: '1000',
          'features.yaml': 'search:\n  hybrid: true\n  limit: 50\nagents:\n  hibernation: 30m\n',
        },
      },
      [backend, 'Deployment agency-swarm-agents', 'Deployment agency-swarm-mcp'],
      Date.now() - 95 * minute,
    ),
    object(
      'ConfigMap',
      'postgresql-config',
      { data: { 'postgresql.conf': 'max_connections = 200\nshared_buffers = 1GB\n' } },
      ['StatefulSet agency-swarm-postgresql'],
    ),
    object(
      'Secret',
      'agency-swarm-secrets',
      {
        data: {
          'database-password': 'sample-only-Kx81',
          'jwt-signing-key': 'sample-only-QQ92-aaaa',
          'openai-api-key': 'sample-only-sk',
        },
      },
      [backend, 'Deployment agency-swarm-agents'],
    ),
    object(
      'Secret',
      'agency-swarm-tls',
      { data: { 'tls.crt': 'sample-only-certificate', 'tls.key': 'sample-only-key' } },
      ['Ingress agency-swarm'],
    ),
    object(
      'HorizontalPodAutoscaler',
      'agency-swarm-backend',
      {
        summary: 'min 2, max 6, cpu 70%',
        keys: ['cpu'],
        yaml: 'scaleTargetRef:\n  apiVersion: apps/v1\n  kind: Deployment\n  name: agency-swarm-backend\nminReplicas: 2\nmaxReplicas: 6\nmetrics:\n  - type: Resource\n    resource:\n      name: cpu\n      target:\n        type: Utilization\n        averageUtilization: 70\n',
      },
      [backend],
    ),
    object(
      'ResourceQuota',
      'agency-swarm-quota',
      {
        summary: 'requests.cpu 8700m of 10, requests.memory 18.4Gi of 20Gi, pods 26 of 60',
        keys: ['requests.cpu', 'requests.memory', 'pods'],
        yaml: 'hard:\n  requests.cpu: "10"\n  requests.memory: 20Gi\n  pods: "60"\n',
      },
      [],
    ),
    object(
      'LimitRange',
      'agency-swarm-limits',
      {
        summary: 'Container: default cpu 500m, memory 512Mi',
        keys: ['Container'],
        yaml: 'limits:\n  - type: Container\n    default:\n      cpu: 500m\n      memory: 512Mi\n    defaultRequest:\n      cpu: 100m\n      memory: 128Mi\n',
      },
      [],
    ),
  ]
}

export const sampleAccounts = () =>
  [
    ['agency-swarm-admin', ['Role agency-swarm-admin', 'ClusterRole agency-swarm-admin'], 0],
    ['agency-swarm-backend', ['Role agency-swarm-backend'], 4],
    ['agency-swarm-backup', ['Role agency-swarm-backup'], 1],
    ['default', [], 0],
  ].map(([name, roles, pods]) => ({
    name: name as string,
    roles: roles as string[],
    pods: pods as number,
    createdAt: Date.now() - 40 * day,
  }))

export function sampleCertificates(): CertificateRow[] {
  const row = (certificate: Partial<CertificateRow> & Pick<CertificateRow, 'source' | 'state'>): CertificateRow => ({
    subject: '',
    names: [],
    issuer: '',
    detail: '',
    usedBy: [],
    ...certificate,
  })
  return [
    row({
      source: 'API server',
      subject: 'kube-apiserver',
      names: ['kubernetes', '10.12.0.1'],
      issuer: 'kubernetes',
      notBefore: Date.now() - 200 * day,
      notAfter: Date.now() + 165 * day,
      state: 'valid',
      usedBy: ['this console'],
    }),
    row({
      source: 'Secret agency-swarm-tls',
      subject: 'console.example.org',
      names: ['console.example.org', 'mcp.example.org'],
      issuer: 'R11, Let’s Encrypt',
      notBefore: Date.now() - 78 * day,
      notAfter: Date.now() + 12.5 * day,
      state: 'soon',
      detail: 'It is renewed by hand. Put the new certificate into the Secret before it ends.',
      usedBy: ['Ingress agency-swarm'],
    }),
    row({
      source: 'Secret postgresql-tls',
      subject: 'agency-swarm-postgresql',
      names: ['agency-swarm-postgresql'],
      issuer: 'agency-swarm',
      notBefore: Date.now() - 366 * day,
      notAfter: Date.now() - 1.5 * day,
      state: 'expired',
      detail: 'Clients that check it refuse the connection.',
      usedBy: ['StatefulSet agency-swarm-postgresql'],
    }),
    row({
      source: 'Ingress agency-swarm-mcp: Secret missing',
      state: 'missing',
      detail:
        'The Secret agency-swarm-mcp-tls does not exist. The ingress controller answers with its own certificate.',
      usedBy: ['Ingress agency-swarm-mcp'],
    }),
  ]
}

export function sampleMigrations() {
  return {
    applied: [
      { name: '0043_add_task_checkpoints', at: Date.now() - 12 * day },
      { name: '0044_backfill_cost_currency', at: Date.now() - 12 * day + 9 * minute },
      { name: '0045_knowledge_content_hash', at: Date.now() - 95 * minute },
    ],
    pending: [
      { name: '0046_agent_labels', previousReleaseRuns: true, isReversible: true },
      { name: '0047_drop_old_status', previousReleaseRuns: false, isReversible: false },
    ],
    undo: 'The migration brings its own way down: it drops the column content_hash of archon_agent_knowledge.',
    canUndo: true,
  }
}
