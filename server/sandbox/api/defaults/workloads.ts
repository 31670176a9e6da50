import type {
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1JobSpec,
  V1Pod,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '../schema/models.ts'
import type { KubeObject } from '../../store/types.ts'
import { defaultPodSpec } from './pod.ts'

function defaultTemplate(template: V1PodTemplateSpec | undefined): void {
  if (template === undefined) return
  template.metadata ??= {}
  if (template.spec !== undefined) defaultPodSpec(template.spec)
}

function defaultDeployment({ spec }: V1Deployment): void {
  if (spec === undefined) return
  spec.replicas ??= 1
  spec.revisionHistoryLimit ??= 10
  spec.progressDeadlineSeconds ??= 600
  spec.strategy ??= {}
  spec.strategy.type ??= 'RollingUpdate'
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {}
    spec.strategy.rollingUpdate.maxSurge ??= '25%'
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%'
  }
  defaultTemplate(spec.template)
}

function defaultReplicaSet({ spec }: V1ReplicaSet): void {
  if (spec === undefined) return
  spec.replicas ??= 1
  defaultTemplate(spec.template)
}

function defaultStatefulSet({ spec }: V1StatefulSet): void {
  if (spec === undefined) return
  spec.replicas ??= 1
  spec.serviceName ??= ''
  spec.podManagementPolicy ??= 'OrderedReady'
  spec.revisionHistoryLimit ??= 10
  spec.updateStrategy ??= {}
  spec.updateStrategy.type ??= 'RollingUpdate'
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {}
    spec.updateStrategy.rollingUpdate.partition ??= 0
  }
  spec.persistentVolumeClaimRetentionPolicy ??= { whenDeleted: 'Retain', whenScaled: 'Retain' }
  defaultTemplate(spec.template)
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion ??= 'v1'
    claim.kind ??= 'PersistentVolumeClaim'
    claim.spec ??= {}
    claim.spec.volumeMode ??= 'Filesystem'
    claim.status ??= { phase: 'Pending' }
  }
}

function defaultDaemonSet({ spec }: V1DaemonSet): void {
  if (spec === undefined) return
  spec.revisionHistoryLimit ??= 10
  spec.updateStrategy ??= { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }
  defaultTemplate(spec.template)
}

function defaultJobSpec(spec: V1JobSpec): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  spec.parallelism ??= 1
  spec.backoffLimit ??= 6
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'
  defaultTemplate(spec.template)
}

/** A job selects its pods by its own uid, which no other job can have. */
function selectOwnPods(job: V1Job, spec: V1JobSpec): void {
  const uid = job.metadata?.uid
  if (spec.manualSelector === true || spec.selector !== undefined || uid === undefined) return
  const name = job.metadata?.name ?? ''
  spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }
  spec.template.metadata = {
    ...spec.template.metadata,
    labels: {
      ...spec.template.metadata?.labels,
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    },
  }
}

function defaultJob(job: V1Job): void {
  if (job.spec === undefined) return
  defaultJobSpec(job.spec)
  if (job.spec.template !== undefined) selectOwnPods(job, job.spec)
}

function defaultCronJob({ spec }: V1CronJob): void {
  if (spec === undefined) return
  spec.concurrencyPolicy ??= 'Allow'
  spec.suspend ??= false
  spec.successfulJobsHistoryLimit ??= 3
  spec.failedJobsHistoryLimit ??= 1
  const job = spec.jobTemplate?.spec
  // The job's own defaults are filled in when the job is made; only its pods are defaulted here, as the real server does.
  if (job?.template?.spec !== undefined) defaultPodSpec(job.template.spec)
}

function defaultAutoscaler({ spec }: V2HorizontalPodAutoscaler): void {
  if (spec === undefined) return
  spec.minReplicas ??= 1
  spec.metrics ??= [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ]
}

/** Objects are the client's classes by now: their kind says so. */
export const workloadDefaults: Readonly<Record<string, (object: KubeObject) => void>> = {
  pods: (object) => {
    const { spec } = object as unknown as V1Pod
    if (spec !== undefined) defaultPodSpec(spec)
  },
  'deployments.apps': (object) => defaultDeployment(object as unknown as V1Deployment),
  'replicasets.apps': (object) => defaultReplicaSet(object as unknown as V1ReplicaSet),
  'statefulsets.apps': (object) => defaultStatefulSet(object as unknown as V1StatefulSet),
  'daemonsets.apps': (object) => defaultDaemonSet(object as unknown as V1DaemonSet),
  'jobs.batch': (object) => defaultJob(object as unknown as V1Job),
  'cronjobs.batch': (object) => defaultCronJob(object as unknown as V1CronJob),
  'horizontalpodautoscalers.autoscaling': (object) => defaultAutoscaler(object as unknown as V2HorizontalPodAutoscaler),
}
