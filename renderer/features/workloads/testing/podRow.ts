import type { PodRow } from '#shared/contract/pods.ts'

/** A healthy backend pod, with whatever a test wants different. */
export function podRow(values: Partial<PodRow> = {}): PodRow {
  return {
    uid: 'uid-1',
    name: 'agency-swarm-backend-7f6d4c9b5d-6nqvs',
    status: 'Running',
    health: 'healthy',
    reason: '',
    ready: 1,
    containers: ['backend'],
    restarts: 0,
    node: 'worker-1',
    ip: '10.0.0.4',
    image: 'agency-swarm/backend:0.1.0',
    version: '0.1.0',
    service: 'backend',
    owner: { kind: 'ReplicaSet', name: 'agency-swarm-backend-7f6d4c9b5d' },
    createdAt: 1_000,
    requests: { cpu: 0.1, memory: 128 * 1024 ** 2 },
    limits: { cpu: 0.5, memory: 256 * 1024 ** 2 },
    ...values,
  }
}
