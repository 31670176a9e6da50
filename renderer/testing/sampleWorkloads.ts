import type { WorkloadChange, WorkloadDetail } from '#shared/contract/rollouts.ts'
import type { WorkloadRow } from '#shared/contract/workloads.ts'

/** Invented controllers for tests and for drawing the page; nothing of this ships. */

const minute = 60_000
const registry = 'registry.example.org/agency-swarm'

const rows: [kind: WorkloadRow['kind'], service: string, pods: number, image: string][] = [
  ['Deployment', 'backend', 4, `${registry}/suite:2.4.0`],
  ['Deployment', 'frontend', 2, `${registry}/suite:2.4.0`],
  ['Deployment', 'mcp', 2, `${registry}/suite:2.4.0`],
  ['Deployment', 'agents', 3, `${registry}/suite:2.4.0`],
  ['Deployment', 'redis', 1, 'redis:7'],
  ['StatefulSet', 'postgresql', 1, 'pgvector/pgvector:pg15'],
  ['Job', 'migrate-0044', 1, `${registry}/suite:2.4.0`],
]

export function sampleWorkloads(): WorkloadRow[] {
  return rows.map(([kind, service, pods, image]): WorkloadRow => {
    const isStuck = service === 'postgresql'
    const isRolling = service === 'backend'
    return {
      uid: `w-${service}`,
      kind,
      name: `agency-swarm-${service}`,
      service: `agency-swarm-${service}`,
      ready: isStuck ? 0 : isRolling ? pods - 1 : pods,
      desired: pods,
      updated: isRolling ? 3 : pods,
      images: [image],
      revision: '18',
      health: isStuck ? 'failed' : isRolling ? 'progress' : 'healthy',
      reason: isStuck ? 'Waits for a pod of an earlier revision' : isRolling ? 'Rolling out' : '',
      createdAt: Date.now() - 12 * 1440 * minute,
    }
  })
}

export function sampleDetail(kind: WorkloadDetail['kind'], name: string): WorkloadDetail {
  const row = sampleWorkloads().find((each) => each.name === name)
  const service = name.replace('agency-swarm-', '')
  const image = row?.images[0] ?? `${registry}/suite:2.4.0`
  const isBackend = service === 'backend'
  return {
    kind,
    name,
    isPaused: false,
    replicas: { desired: row?.desired ?? 1, updated: row?.updated ?? 1, ready: row?.ready ?? 1 },
    rollout: isBackend
      ? '3 of 4 new pods ready. Waiting for agency-swarm-backend-7c9f5d8b64-h6mzt to pass its readiness check.'
      : 'All pods run this revision.',
    containers: [
      {
        name: service,
        image,
        requests: { cpu: '250m', memory: '512Mi' },
        limits: { cpu: '1', memory: '1Gi' },
        environment: [
          { name: 'LOG_LEVEL', value: 'info', from: '' },
          { name: 'REDIS_POOL_SIZE', value: '40', from: '' },
          { name: 'DATABASE_PASSWORD', value: '', from: 'Secret agency-swarm-secrets, key database-password' },
          { name: 'all of it', value: '', from: 'ConfigMap agency-swarm-config' },
        ],
      },
    ],
    revisions: [
      {
        revision: 16,
        images: [image.replace('2.4.0', '2.3.0')],
        createdAt: Date.now() - 34 * 1440 * minute,
        cause: 'release 2.3.0',
        isCurrent: false,
      },
      {
        revision: 17,
        images: [image.replace('2.4.0', '2.3.1')],
        createdAt: Date.now() - 12 * 1440 * minute,
        cause: 'release 2.3.1',
        isCurrent: false,
      },
      {
        revision: 18,
        images: [image],
        createdAt: Date.now() - 95 * minute,
        cause: 'release 2.4.0, deployed by maya',
        isCurrent: true,
      },
    ],
    autoscaler: isBackend
      ? {
          name: 'agency-swarm-backend',
          minimum: 2,
          maximum: 6,
          wanted: 4,
          reason: 'CPU is at 68% of its request, the target is 70%.',
        }
      : null,
    budget: isBackend ? { name: 'agency-swarm-backend', allowed: 0 } : { name, allowed: 1 },
    stuck:
      service === 'postgresql'
        ? [{ pod: 'agency-swarm-postgresql-0', reason: 'its image pgvector/pgvector:pg99 cannot be pulled' }]
        : [],
  }
}

/** What the sample says about a change: one sentence with the name, the fields, and the way back. */
export function sampleImpact(name: string, change: WorkloadChange) {
  const detail = sampleDetail('Deployment', name)
  const pods = `${detail.replicas.desired} pods of ${name}`
  const image = change.do === 'setImage' ? change.images[0] : undefined
  const scale = change.do === 'scale' ? change.replicas : undefined
  return {
    effects:
      scale !== undefined
        ? [`${name} goes from ${detail.replicas.desired} to ${scale} pods.`]
        : change.do === 'pause'
          ? ['Nothing restarts. Later changes wait until rollouts are resumed.']
          : [`${pods} restart, one at a time. One more runs meanwhile.`, 'Requests go to the pods that are ready.'],
    warnings:
      scale === undefined
        ? detail.budget?.allowed === 0
          ? [`The budget ${name} allows no pod to be taken away now: nodes cannot be drained until it does.`]
          : []
        : detail.autoscaler
          ? [`The autoscaler ${name} will set it back to ${detail.autoscaler.wanted} within 15 s.`]
          : [],
    changes: image
      ? [
          {
            path: `spec.template.spec.containers[${image.container}].image`,
            before: detail.containers[0]?.image ?? '',
            after: image.image,
            effect: 'restarts the pods',
          },
        ]
      : [],
    undo:
      scale !== undefined
        ? `Undo scales back to ${detail.replicas.desired} pods.`
        : change.do === 'restart'
          ? 'There is nothing to undo: the same revision starts again.'
          : 'Undo returns to revision 18.',
    canUndo: true,
  }
}
