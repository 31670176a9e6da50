import type { V1Container, V1EnvVar } from '@kubernetes/client-node'
import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import type { ClusterConnection, KubeObject } from '../../kube/index.ts'
import { rolloutState } from '../../objects/rolloutState.ts'
import { stuckPods } from './stuck.ts'
import { surroundingsOf, type Surroundings } from './surroundings.ts'
import { containersOf, desiredOf, kindOf, type WorkloadName } from './workload.ts'

type Container = WorkloadDetail['containers'][number]

/** All that the page of one workload shows. */
export async function workloadDetail(
  connection: ClusterConnection,
  name: WorkloadName,
  signal?: AbortSignal,
): Promise<WorkloadDetail> {
  const around = await surroundingsOf(connection, name, signal)
  const { workload, pods, revisions, budget, readAt } = around
  const { spec, status } = workload
  return {
    kind: kindOf(workload),
    name: name.name,
    isPaused: spec?.paused === true,
    replicas: {
      desired: desiredOf(workload),
      updated: status?.updatedReplicas ?? status?.updatedNumberScheduled ?? 0,
      ready: status?.readyReplicas ?? status?.numberReady ?? 0,
    },
    rollout: rolloutLine(around),
    containers: containersOf(spec?.template).map(containerRow),
    revisions: revisions.map(({ revision, template, createdAt, cause, isCurrent }) => ({
      revision,
      images: containersOf(template).map(({ image = '' }) => image),
      createdAt,
      cause,
      isCurrent,
    })),
    autoscaler: autoscalerRow(around.autoscaler),
    budget: budget ? { name: budget.metadata?.name ?? '', allowed: budget.status?.disruptionsAllowed ?? 0 } : null,
    stuck: stuckPods(workload, pods, readAt).map(({ pod, reason }) => ({ pod, reason })),
  }
}

function rolloutLine({ workload, pods, readAt }: Surroundings): string {
  const newest = workload.kind === 'Deployment' ? pods.filter(isOfNewest(pods)) : pods
  const { detail } = rolloutState(workload as KubeObject, newest, readAt)
  return workload.spec?.paused === true ? `Paused: changes wait until it is resumed. ${detail}` : detail
}

/** The newest pod is of the newest ReplicaSet; pods of earlier ones do not say how the rollout does. */
function isOfNewest([newest]: KubeObject[]) {
  const hash = newest?.metadata.labels?.['pod-template-hash']
  return ({ metadata }: KubeObject): boolean => metadata.labels?.['pod-template-hash'] === hash
}

function containerRow({ name, image = '', resources, env = [], envFrom = [] }: V1Container): Container {
  const whole = envFrom.map(({ prefix = '', configMapRef, secretRef }) => ({
    name: `${prefix}*`,
    value: '',
    from: configMapRef ? `ConfigMap ${configMapRef.name ?? ''}` : `Secret ${secretRef?.name ?? ''}`,
  }))
  return {
    name,
    image,
    requests: resources?.requests ?? {},
    limits: resources?.limits ?? {},
    environment: [
      ...env.map((variable) => ({ name: variable.name, value: variable.value ?? '', from: sourceOf(variable) })),
      ...whole,
    ],
  }
}

/** Where the value of a variable comes from; empty when it is written in the pod template itself. */
export function sourceOf({ valueFrom }: V1EnvVar): string {
  const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = valueFrom ?? {}
  if (secretKeyRef) return `Secret ${secretKeyRef.name ?? ''}, key ${secretKeyRef.key}`
  if (configMapKeyRef) return `ConfigMap ${configMapKeyRef.name ?? ''}, key ${configMapKeyRef.key}`
  if (fieldRef) return `the pod's ${fieldRef.fieldPath}`
  if (resourceFieldRef) return `the container's ${resourceFieldRef.resource}`
  return valueFrom ? 'elsewhere' : ''
}

function autoscalerRow(autoscaler: Surroundings['autoscaler']): WorkloadDetail['autoscaler'] {
  if (!autoscaler?.spec) return null
  const conditions = autoscaler.status?.conditions ?? []
  const telling =
    conditions.find(({ type, status }) => (type === 'ScalingActive' || type === 'AbleToScale') && status === 'False') ??
    conditions.find(({ type, status }) => type === 'ScalingLimited' && status === 'True') ??
    conditions.find(({ type }) => type === 'ScalingActive')
  return {
    name: autoscaler.metadata?.name ?? '',
    minimum: autoscaler.spec.minReplicas ?? 1,
    maximum: autoscaler.spec.maxReplicas,
    wanted: autoscaler.status?.desiredReplicas ?? 0,
    reason: telling?.message ?? '',
  }
}
