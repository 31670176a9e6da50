import type { V1CronJob, V1DaemonSet, V1Deployment, V1Job, V1StatefulSet } from '@kubernetes/client-node'
import type { WorkloadRow } from '#shared/contract/workloads.ts'
import type { KubeObject } from '../../kube/index.ts'
import { builtIn, timeOf, type Kind } from '../../objects/kind.ts'
import { podTemplateOf } from '../../objects/objects.ts'
import { serviceOf } from '../../objects/pods/podRow.ts'

type Counts = Pick<WorkloadRow, 'ready' | 'desired' | 'updated' | 'health' | 'reason'>

/** The kinds of the workloads table; adding one is a row here and a word in the contract. */
export const workloadKinds: Kind<WorkloadRow>[] = [
  workloadKind('Deployment', 'deployments.apps', deploymentCounts),
  workloadKind('StatefulSet', 'statefulsets.apps', statefulSetCounts),
  workloadKind('DaemonSet', 'daemonsets.apps', daemonSetCounts),
  workloadKind('Job', 'jobs.batch', jobCounts),
  workloadKind('CronJob', 'cronjobs.batch', cronJobCounts),
]

function workloadKind(
  kind: WorkloadRow['kind'],
  resource: string,
  counts: (object: KubeObject) => Counts,
): Kind<WorkloadRow> {
  const nothing: Counts = { ready: 0, desired: 0, updated: 0, health: 'unknown', reason: '' }
  return {
    resource: builtIn(kind, resource),
    facts: (object) => workloadRow(kind, counts(object), object),
    unreadable: ({ metadata }, reason) =>
      workloadRow(
        kind,
        { ...nothing, reason: `The console cannot read this ${kind}: ${reason}` },
        { apiVersion: '', kind, metadata },
      ),
  }
}

function workloadRow(kind: WorkloadRow['kind'], counts: Counts, object: KubeObject): WorkloadRow {
  const { metadata } = object
  const containers = podTemplateOf(object)?.spec?.containers ?? []
  return {
    ...counts,
    uid: metadata.uid ?? '',
    kind,
    name: metadata.name,
    service: serviceOf(metadata.labels ?? {}) || metadata.name,
    images: containers.map((container) => container.image ?? ''),
    revision: metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '',
    createdAt: timeOf(metadata.creationTimestamp),
  }
}

function deploymentCounts(object: KubeObject): Counts {
  const { spec, status } = object as unknown as V1Deployment
  const desired = spec?.replicas ?? 1
  const ready = status?.readyReplicas ?? 0
  const conditions = status?.conditions ?? []
  const stuck = conditions.find(({ type, status: value }) => type === 'Progressing' && value === 'False')
  const refused = conditions.find(({ type, status: value }) => type === 'ReplicaFailure' && value === 'True')
  const problem = refused ?? stuck
  const updated = status?.updatedReplicas ?? 0
  return { ready, desired, updated, ...health(ready, desired, updated, problem && (problem.message ?? '')) }
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
  const counts = { ready, desired, updated, ...health(ready, desired, updated, undefined) }
  return desired === 0 ? { ...counts, reason: 'No node matches' } : counts
}

/** Of a Job, `ready` are the completions so far. */
function jobCounts(object: KubeObject): Counts {
  const { spec, status } = object as unknown as V1Job
  const ready = status?.succeeded ?? 0
  // A work queue states no completions: any pod that succeeds ends it.
  const desired = spec?.completions ?? 1
  const conditions = status?.conditions ?? []
  const isTrue = (wanted: string) => conditions.find(({ type, status: value }) => type === wanted && value === 'True')
  const counts = { ready, desired, updated: ready }
  const failed = isTrue('Failed')
  if (failed) return { ...counts, health: 'failed', reason: failed.message ?? failed.reason ?? 'Failed' }
  if (isTrue('Complete')) return { ...counts, health: 'off', reason: 'Completed' }
  if (spec?.suspend === true) return { ...counts, health: 'off', reason: 'Suspended' }
  return { ...counts, health: 'progress', reason: `${ready} of ${desired} completed` }
}

/** Of a CronJob, `ready` and `desired` are its Jobs that run now. */
function cronJobCounts(object: KubeObject): Counts {
  const { spec, status } = object as unknown as V1CronJob
  const running = (status?.active ?? []).length
  const counts = { ready: running, desired: running, updated: running }
  if (spec?.suspend === true) return { ...counts, health: 'off', reason: 'Suspended' }
  if (running > 0)
    return { ...counts, health: 'progress', reason: running === 1 ? '1 Job runs' : `${running} Jobs run` }
  return { ...counts, health: 'healthy', reason: `Scheduled ${spec?.schedule ?? ''}`.trim() }
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
