import type { V1DaemonSet, V1Deployment, V1Job, V1StatefulSet } from '@kubernetes/client-node'
import type { WorkloadRow } from '#shared/contract/workloads.ts'
import type { KubeObject } from '../../kube/index.ts'
import { serviceOf } from './podRow.ts'

type Counts = Pick<WorkloadRow, 'ready' | 'desired' | 'updated' | 'health' | 'reason'>

/** The kinds of the workloads table; adding one is a row here and a word in the contract. */
export const workloadKinds: { kind: WorkloadRow['kind']; resource: string; counts: (object: KubeObject) => Counts }[] =
  [
    { kind: 'Deployment', resource: 'deployments.apps', counts: deploymentCounts },
    { kind: 'StatefulSet', resource: 'statefulsets.apps', counts: statefulSetCounts },
    { kind: 'DaemonSet', resource: 'daemonsets.apps', counts: daemonSetCounts },
    { kind: 'Job', resource: 'jobs.batch', counts: jobCounts },
  ]

export function workloadRow(
  kind: WorkloadRow['kind'],
  counts: (object: KubeObject) => Counts,
  object: KubeObject,
): WorkloadRow {
  const { metadata } = object
  const template = (object.spec as { template?: { spec?: { containers?: { image?: string }[] } } } | undefined)
    ?.template
  return {
    ...counts(object),
    uid: metadata.uid ?? '',
    kind,
    name: metadata.name,
    service: serviceOf(metadata.labels ?? {}) || metadata.name,
    images: (template?.spec?.containers ?? []).map((container) => container.image ?? ''),
    revision: metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '',
    createdAt: Date.parse(metadata.creationTimestamp ?? ''),
  }
}

function deploymentCounts(object: KubeObject): Counts {
  const { spec, status } = object as unknown as V1Deployment
  const desired = spec?.replicas ?? 1
  const ready = status?.readyReplicas ?? 0
  const stuck = status?.conditions?.find(({ type, status: value }) => type === 'Progressing' && value === 'False')
  const refused = status?.conditions?.find(({ type, status: value }) => type === 'ReplicaFailure' && value === 'True')
  const problem = refused ?? stuck
  const updated = status?.updatedReplicas ?? 0
  return { ready, desired, updated, ...health(ready, desired, updated, problem?.message) }
}

function statefulSetCounts(object: KubeObject): Counts {
  const { spec, status } = object as unknown as V1StatefulSet
  const desired = spec?.replicas ?? 1
  const ready = status?.readyReplicas ?? 0
  const updated = status?.updatedReplicas ?? ready
  return { ready, desired, updated, ...health(ready, desired, updated, undefined) }
}

function daemonSetCounts(object: KubeObject): Counts {
  const { status } = object as unknown as V1DaemonSet
  const desired = status?.desiredNumberScheduled ?? 0
  const ready = status?.numberReady ?? 0
  const updated = status?.updatedNumberScheduled ?? ready
  return { ready, desired, updated, ...health(ready, desired, updated, undefined) }
}

function jobCounts(object: KubeObject): Counts {
  const { spec, status } = object as unknown as V1Job
  const desired = spec?.completions ?? 1
  const ready = status?.succeeded ?? 0
  const failed = status?.conditions?.find(({ type, status: value }) => type === 'Failed' && value === 'True')
  const state = failed ? 'failed' : ready >= desired ? 'off' : 'progress'
  return { ready, desired, updated: ready, health: state, reason: failed?.message ?? '' }
}

function health(
  ready: number,
  desired: number,
  updated: number,
  problem: string | undefined,
): Pick<Counts, 'health' | 'reason'> {
  if (problem !== undefined) return { health: 'failed', reason: problem }
  if (desired === 0) return { health: 'off', reason: 'Scaled to 0' }
  if (updated < desired) return { health: 'progress', reason: `${updated} of ${desired} updated` }
  if (ready < desired) return { health: ready === 0 ? 'failed' : 'warning', reason: `${ready} of ${desired} ready` }
  return { health: 'healthy', reason: '' }
}
