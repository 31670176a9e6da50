import { ORPCError } from '@orpc/server'
import type { AuditEntry } from '#shared/contract/audit.ts'
import type { Backup } from '#shared/contract/backups.ts'
import type { ClusterRow, ContextRow, SuiteRow } from '#shared/contract/clusters.ts'
import type { EventRow } from '#shared/contract/events.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import type { Sample } from '#shared/contract/metrics.ts'
import type { ServiceNode } from '#shared/contract/services.ts'

/** Invented clusters and pods for tests and for drawing the page; nothing of this ships. */

const minute = 60_000
const now = () => Date.now()

const base = { source: '/home/admin/.kube/config', namespace: 'agency-swarm', probe: [] } satisfies Partial<ContextRow>

export function sampleContexts(): ContextRow[] {
  return [
    {
      ...base,
      id: 'context:prod-eu-1',
      cluster: 'uid:prod-eu-1',
      name: 'prod-eu-1',
      environment: 'production',
      server: 'https://10.12.0.1:6443',
      health: 'degraded',
      summary: '1 pod crashing',
      version: 'v1.31.3',
      latencyMs: 38,
      role: 'administrator',
      checkedAt: now() - 8000,
      lookedAt: now() - 8000,
      nodes: { ready: 6, total: 6 },
      pods: { ready: 24, total: 26 },
      use: { cpu: 0.41, memory: 0.63 },
      suiteVersion: '2.3.1',
    },
    {
      ...base,
      id: 'context:prod-apac-1',
      cluster: 'uid:prod-apac-1',
      name: 'prod-apac-1',
      environment: 'production',
      server: 'https://10.14.0.1:6443',
      health: 'limited',
      summary: 'pod status only',
      version: 'v1.30.6',
      latencyMs: 190,
      role: 'read_only',
      checkedAt: now() - 8000,
      lookedAt: now() - 8000,
      pods: { ready: 22, total: 22 },
      suiteVersion: '2.3.1',
    },
    {
      ...base,
      id: 'context:staging-eu',
      cluster: 'uid:staging-eu',
      name: 'staging-eu',
      environment: 'staging',
      server: 'https://10.20.0.1:6443',
      health: 'warning',
      summary: '1 pod restarting',
      version: 'v1.32.0',
      latencyMs: 41,
      role: 'administrator',
      checkedAt: now() - 8000,
      lookedAt: now() - 8000,
      nodes: { ready: 3, total: 3 },
      pods: { ready: 18, total: 18 },
      use: { cpu: 0.22, memory: 0.48 },
      suiteVersion: '2.4.0',
    },
    {
      ...base,
      id: 'context:edge-osl-01',
      cluster: 'uid:edge-osl-01',
      name: 'edge-osl-01',
      environment: 'edge',
      server: 'https://10.40.8.21:6443',
      health: 'unreachable',
      summary: 'last contact 13:58',
      version: 'v1.30.6+k3s1',
      role: 'operator',
      checkedAt: now() - 8000,
      probe: [
        { id: 'kubeconfig', state: 'passed', detail: 'valid' },
        { id: 'dns', state: 'passed', tookMs: 4, detail: '10.40.8.21' },
        { id: 'tcp', state: 'failed', tookMs: 5000, detail: 'timed out' },
        { id: 'tls', state: 'notTried', detail: '' },
        { id: 'signIn', state: 'notTried', detail: '' },
        { id: 'version', state: 'notTried', detail: '' },
      ],
      fault: {
        code: 'CLUSTER_UNREACHABLE',
        message:
          'The connection to 10.40.8.21:6443 timed out after 5 s. The cluster may be fine. Check the VPN, then try again.',
        details: { address: '10.40.8.21:6443' },
      },
    },
    {
      ...base,
      id: 'sandbox',
      cluster: 'sandbox',
      name: 'sandbox',
      environment: 'sandbox',
      source: 'built in',
      server: 'https://127.0.0.1:6443',
      health: 'healthy',
      summary: 'all pods ready',
      version: 'v1.35.0',
      latencyMs: 2,
      role: 'administrator',
      checkedAt: now() - 3000,
      lookedAt: now() - 3000,
      nodes: { ready: 1, total: 1 },
      pods: { ready: 9, total: 9 },
      use: { cpu: 0.12, memory: 0.34 },
      suiteVersion: '2.4.0',
    },
  ]
}

const backups: Record<string, SuiteRow['lastBackup']> = {
  'uid:prod-eu-1': { at: now() - 20 * minute, state: 'verified' },
  'uid:staging-eu': { at: now() - 152 * minute, state: 'intact' },
  sandbox: { at: now() - 4 * minute, state: 'verified' },
}

/** The cluster that a sample context leads to. */
export const sampleClusterOf = (context: string): string => context.replace('context:', 'uid:')

/** The clusters of these contexts, as the engine would make them of what each context has seen. */
export function sampleClusterRows(contexts: readonly ContextRow[]): ClusterRow[] {
  return [...new Set(contexts.map(({ cluster }) => cluster))].map((id) => {
    const ways = contexts.filter(({ cluster }) => cluster === id)
    const best = ways.find(({ role }) => role === 'administrator') ?? ways[0]
    const { name = id, environment = 'other', suiteVersion: version, pods } = best ?? {}
    return {
      id,
      name,
      environment,
      identity: 'uid',
      contexts: [...ways].sort((a, b) => Number(b === best) - Number(a === best)).map((way) => way.id),
      formerIds: [],
      suites: version && pods ? [{ namespace: 'agency-swarm', version, pods, lastBackup: backups[id] }] : [],
      suitesSeen: best?.lookedAt === undefined ? 'notAsked' : best.health === 'limited' ? 'some' : 'all',
    }
  })
}

const services: [name: string, port: number, pods: number, calls: string[]][] = [
  ['frontend', 3737, 2, ['backend']],
  ['backend', 8181, 2, ['mcp', 'agents', 'postgresql', 'redis']],
  ['mcp', 8051, 1, ['postgresql']],
  ['agents', 8052, 2, ['redis', 'postgresql']],
  ['postgresql', 5432, 1, []],
  ['redis', 6379, 1, []],
]

export function samplePods(): PodRow[] {
  return services.flatMap(([service, , count]) =>
    Array.from({ length: count }, (_, index): PodRow => {
      const isBroken = service === 'agents' && index === 1
      return {
        uid: `${service}-${index}`,
        name: `agency-swarm-${service}-7d5f8b6c94-${'q8r2xkzd'.slice(index, index + 5)}`,
        status: isBroken ? 'CrashLoopBackOff' : 'Running',
        health: isBroken ? 'failed' : 'healthy',
        reason: isBroken ? 'exit code 137, out of memory' : '',
        ready: isBroken ? 0 : 1,
        containers: [service],
        restarts: isBroken ? 7 : 0,
        node: 'pe1-a2',
        ip: `10.12.6.${10 + index}`,
        image: `agency-swarm/${service}:2.4.0`,
        version: '2.4.0',
        service: `agency-swarm-${service}`,
        owner: { kind: 'Deployment', name: `agency-swarm-${service}` },
        createdAt: now() - 3 * 60 * minute,
        requests: { cpu: 0.2, memory: 256 * 1024 ** 2 },
        limits: { cpu: 0.5, memory: 512 * 1024 ** 2 },
      }
    }),
  )
}

export function samplePodDetail(name: string) {
  const row = samplePods().find((pod) => pod.name === name)
  if (!row) throw new ORPCError('NOT_FOUND', { message: `There is no pod ${name}.` })
  const [, port = 0] = services.find(([service]) => row.service === `agency-swarm-${service}`) ?? []
  return {
    row,
    yaml: `kind: Pod\nmetadata:\n  name: ${name}\n`,
    conditions: [],
    containers: row.containers.map((container) => ({
      name: container,
      kind: 'container' as const,
      image: row.image,
      state: 'Running since 2026-01-05 08:00 UTC',
      ready: row.ready > 0,
      restarts: row.restarts,
      lastState: '',
      ports: [
        { port, protocol: 'TCP' as const },
        { port: 8125, protocol: 'UDP' as const },
      ],
    })),
    events: [],
    labels: { app: row.service },
  }
}

export function sampleMap(): ServiceNode[] {
  const pods = samplePods()
  return services.map(([name, port, , calls]): ServiceNode => {
    const own = pods.filter((pod) => pod.service === `agency-swarm-${name}`)
    const failing = own.filter((pod) => pod.health === 'failed').length
    return {
      name: `agency-swarm-${name}`,
      ports: [port],
      clusterIp: '10.96.0.12',
      pods: own.map((pod) => ({ name: pod.name, health: pod.health })),
      health: failing > 0 ? 'failed' : 'healthy',
      summary: failing > 0 ? '1 pod crash-looping' : '',
      calls: calls.map((call) => `agency-swarm-${call}`),
    }
  })
}

export function sampleEvents(): EventRow[] {
  const rows: [EventRow['type'], string, string, string][] = [
    ['Warning', 'BackOff', 'Back-off restarting failed container agents', 'agency-swarm-agents-7d5f8b6c94-8r2xk'],
    [
      'Warning',
      'OOMKilled',
      'Container agents passed its memory limit, exit code 137',
      'agency-swarm-agents-7d5f8b6c94-8r2xk',
    ],
    ['Normal', 'Started', 'Started container backend', 'agency-swarm-backend-7d5f8b6c94-q8r2x'],
    ['Normal', 'Pulled', 'Image agency-swarm/backend:2.4.0 already present', 'agency-swarm-backend-7d5f8b6c94-q8r2x'],
    ['Normal', 'ScalingReplicaSet', 'Scaled up replica set to 2', 'agency-swarm-backend'],
    ['Normal', 'SuccessfulCreate', 'Created pod agency-swarm-mcp-7d5f8b6c94-q8r2x', 'agency-swarm-mcp'],
  ]
  return rows.map(([type, reason, message, name], index) => ({
    uid: `e${index}`,
    type,
    reason,
    message,
    about: { kind: 'Pod', name },
    count: index === 0 ? 6 : 1,
    firstAt: now() - (index + 1) * 3 * minute,
    lastAt: now() - (index + 1) * 2 * minute,
  }))
}

/** Twenty minutes at 15 s, with a hole that must stay visible. */
export function sampleMetrics(): Record<string, Sample[]> {
  return Object.fromEntries(
    samplePods().map((pod, which) => [
      pod.name,
      Array.from({ length: 80 }, (_, index): Sample => ({
        at: Math.floor(now() / 15_000) * 15_000 - (80 - index) * 15_000,
        cpu: 0.06 + 0.03 * Math.sin(index / 5 + which) + 0.01 * Math.sin(index * 1.7),
        memory: (120 + which * 14 + 8 * Math.sin(index / 9)) * 1024 ** 2,
      })).filter((_, index) => index < 30 || index > 36),
    ]),
  )
}

export function sampleBackups(): Backup[] {
  return [20, 300, 1500].map((minutes, index) => ({
    id: `backup-${index}`,
    cluster: 'uid:prod-eu-1',
    clusterName: 'prod-eu-1',
    namespace: 'agency-swarm',
    takenAt: now() - minutes * minute,
    tookMs: 8200,
    by: 'maya',
    reason: index === 0 ? 'before 2.4.0' : 'by hand',
    bytes: 31_100_000 - index * 1_000_000,
    state: index === 1 ? 'intact' : 'verified',
    database: {
      name: 'agency_swarm',
      bytes: 128_000_000,
      serverVersion: '16.4',
      dumpVersion: '16.4',
      extensions: [{ name: 'vector', version: '0.7.0' }],
      schemaVersion: '0045',
      tables: [{ name: 'archon_tasks', rows: 411_593 }],
      sequences: [],
    },
    images: {},
    members: [],
    verifiedAt: now() - (minutes - 2) * minute,
    directory: '/var/lib/console/backups',
  }))
}

export function sampleAudit(): AuditEntry[] {
  const rows: [string, string, AuditEntry['outcome'], AuditEntry['effect']][] = [
    ['terminals.shell', 'opened a shell in a pod', 'done', 'write'],
    ['backups.restore', 'restored a backup', 'refused', 'destructive'],
    ['deploy.apply', 'deployed the suite', 'started', 'destructive'],
    ['pods.delete', 'deleted pods', 'failed', 'destructive'],
    ['backups.start', 'took a backup', 'done', 'write'],
  ]
  return rows.map(([action, summary, outcome, effect], index) => ({
    sequence: 211 - index,
    at: now() - index * 4 * minute,
    by: 'maya',
    action,
    summary,
    cluster: index === 4 ? 'sandbox' : 'uid:prod-eu-1',
    namespace: 'agency-swarm',
    effect,
    outcome,
    details: { pod: 'agency-swarm-backend-7d5f8b6c94-q8r2x' },
    previousHash: (index + 1).toString(16).padStart(64, 'b40a6d1'),
    hash: index.toString(16).padStart(64, 'c4d091be7'),
  }))
}
