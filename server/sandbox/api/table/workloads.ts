import type {
  V1ControllerRevision,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1LabelSelector,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
  V2MetricSpec,
  V2MetricStatus,
} from '../schema/models.ts'
import type { KubeObject } from '../../store/types.ts'
import { age, column, joined, name, pairs, templateColumns, type Column } from './columns.ts'
import { humanDuration, since } from './duration.ts'
import { podReady, podReason, podRestarts } from './podStatus.ts'

const integer = { type: 'integer' } as const
const wide = { wide: true } as const
const pod = column<V1Pod>()
const deployment = column<V1Deployment>()
const replicaSet = column<V1ReplicaSet>()
const statefulSet = column<V1StatefulSet>()
const daemonSet = column<V1DaemonSet>()
const job = column<V1Job>()
const cronJob = column<V1CronJob>()
const autoscaler = column<V2HorizontalPodAutoscaler>()
const budget = column<V1PodDisruptionBudget>()
const revision = column<V1ControllerRevision>()

const containersOf = (object: KubeObject) =>
  (object.spec as { template?: V1PodTemplateSpec } | undefined)?.template?.spec?.containers
const selectorOf = (object: KubeObject) => (object.spec as { selector?: V1LabelSelector } | undefined)?.selector

function jobStatus(each: V1Job): string {
  const holds = (type: string) => each.status?.conditions?.some((one) => one.type === type && one.status === 'True')
  if (holds('Complete') === true) return 'Complete'
  if (holds('Failed') === true) return 'Failed'
  if (each.metadata?.deletionTimestamp !== undefined) return 'Terminating'
  if (holds('Suspended') === true) return 'Suspended'
  return holds('FailureTarget') === true ? 'FailureTarget' : 'Running'
}

function jobCompletions(each: V1Job): string {
  const done = each.status?.succeeded ?? 0
  if (each.spec?.completions !== undefined) return `${done}/${each.spec.completions}`
  const parallelism = each.spec?.parallelism ?? 0
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`
}

function jobDuration(each: V1Job): string {
  const started = each.status?.startTime
  if (started === undefined) return ''
  const finished = each.status?.completionTime
  if (finished === undefined) return since(started)
  return humanDuration(Date.parse(finished) - Date.parse(started))
}

function metricText(spec: V2MetricSpec, current: V2MetricStatus | undefined): string {
  const target = spec.resource?.target
  if (target === undefined) return '<unknown>'
  const now = current?.resource?.current
  if (target.averageUtilization !== undefined) {
    const used = now?.averageUtilization === undefined ? '<unknown>' : `${now.averageUtilization}%`
    return `${spec.resource?.name ?? ''}: ${used}/${target.averageUtilization}%`
  }
  return `${spec.resource?.name ?? ''}: ${now?.averageValue ?? '<unknown>'}/${target.averageValue ?? '<auto>'}`
}

const targets = (each: V2HorizontalPodAutoscaler): string =>
  joined((each.spec?.metrics ?? []).map((spec, index) => metricText(spec, each.status?.currentMetrics?.[index])))

export const workloadTables: Readonly<Record<string, Column[]>> = {
  pods: [
    name,
    pod('Ready', podReady),
    pod('Status', podReason),
    pod('Restarts', podRestarts),
    age,
    pod('IP', (each) => each.status?.podIP, wide),
    pod('Node', (each) => each.spec?.nodeName, wide),
    pod('Nominated Node', (each) => each.status?.nominatedNodeName, wide),
    pod('Readiness Gates', () => undefined, wide),
  ],
  'deployments.apps': [
    name,
    deployment('Ready', (each) => `${each.status?.readyReplicas ?? 0}/${each.spec?.replicas ?? 0}`),
    deployment('Up-to-date', (each) => each.status?.updatedReplicas ?? 0, integer),
    deployment('Available', (each) => each.status?.availableReplicas ?? 0, integer),
    age,
    ...templateColumns(containersOf, selectorOf),
  ],
  'replicasets.apps': [
    name,
    replicaSet('Desired', (each) => each.spec?.replicas ?? 0, integer),
    replicaSet('Current', (each) => each.status?.replicas ?? 0, integer),
    replicaSet('Ready', (each) => each.status?.readyReplicas ?? 0, integer),
    age,
    ...templateColumns(containersOf, selectorOf),
  ],
  'statefulsets.apps': [
    name,
    statefulSet('Ready', (each) => `${each.status?.readyReplicas ?? 0}/${each.spec?.replicas ?? 0}`),
    age,
    ...templateColumns(containersOf),
  ],
  'daemonsets.apps': [
    name,
    daemonSet('Desired', (each) => each.status?.desiredNumberScheduled ?? 0, integer),
    daemonSet('Current', (each) => each.status?.currentNumberScheduled ?? 0, integer),
    daemonSet('Ready', (each) => each.status?.numberReady ?? 0, integer),
    daemonSet('Up-to-date', (each) => each.status?.updatedNumberScheduled ?? 0, integer),
    daemonSet('Available', (each) => each.status?.numberAvailable ?? 0, integer),
    daemonSet('Node Selector', (each) => pairs(each.spec?.template.spec?.nodeSelector)),
    age,
    ...templateColumns(containersOf, selectorOf),
  ],
  'controllerrevisions.apps': [
    name,
    revision('Controller', (each) => {
      const owner = each.metadata?.ownerReferences?.find((one) => one.controller === true)
      return owner && `${owner.kind.toLowerCase()}.apps/${owner.name}`
    }),
    revision('Revision', (each) => each.revision, integer),
    age,
  ],
  'jobs.batch': [
    name,
    job('Status', jobStatus),
    job('Completions', jobCompletions),
    job('Duration', jobDuration),
    age,
    ...templateColumns(containersOf, selectorOf),
  ],
  'cronjobs.batch': [
    name,
    cronJob('Schedule', (each) => each.spec?.schedule),
    cronJob('Timezone', (each) => each.spec?.timeZone),
    cronJob('Suspend', (each) => (each.spec?.suspend === true ? 'True' : 'False')),
    cronJob('Active', (each) => each.status?.active?.length ?? 0, integer),
    cronJob('Last Schedule', (each) =>
      each.status?.lastScheduleTime === undefined ? undefined : since(each.status.lastScheduleTime),
    ),
    age,
    ...templateColumns((object) => (object as unknown as V1CronJob).spec?.jobTemplate.spec?.template.spec?.containers),
  ],
  'horizontalpodautoscalers.autoscaling': [
    name,
    autoscaler('Reference', (each) => each.spec && `${each.spec.scaleTargetRef.kind}/${each.spec.scaleTargetRef.name}`),
    autoscaler('Targets', targets),
    autoscaler('MinPods', (each) => String(each.spec?.minReplicas ?? '<unset>')),
    autoscaler('MaxPods', (each) => each.spec?.maxReplicas, integer),
    autoscaler('Replicas', (each) => each.status?.currentReplicas ?? 0, integer),
    age,
  ],
  'poddisruptionbudgets.policy': [
    name,
    budget('Min Available', (each) => String(each.spec?.minAvailable ?? 'N/A')),
    budget('Max Unavailable', (each) => String(each.spec?.maxUnavailable ?? 'N/A')),
    budget('Allowed Disruptions', (each) => each.status?.disruptionsAllowed ?? 0, integer),
    age,
  ],
}
