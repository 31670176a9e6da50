/** The fields the controllers read and write; everything else of an object passes through untouched. */
import type { KubeObject, ObjectMeta } from '../store/types.ts'
import type { Condition } from './conditions.ts'
import type { LabelSelector } from './objects.ts'

export type Quantities = Record<string, string | number>

export type Container = {
  name: string
  image: string
  ports?: { name?: string; containerPort: number; protocol?: string }[]
  resources?: { requests?: Quantities; limits?: Quantities }
  restartPolicy?: string
  [field: string]: unknown
}

type Volume = { name: string; persistentVolumeClaim?: { claimName: string }; [source: string]: unknown }

export type Toleration = { key?: string; operator?: string; value?: string; effect?: string }

export type NodeSelectorTerm = {
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
  matchFields?: { key: string; operator: string; values?: string[] }[]
}

type PodSpec = {
  nodeName?: string
  nodeSelector?: Record<string, string>
  affinity?: {
    nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] } }
    [field: string]: unknown
  }
  tolerations?: Toleration[]
  containers: Container[]
  initContainers?: Container[]
  volumes?: Volume[]
  restartPolicy?: string
  hostname?: string
  subdomain?: string
  schedulingGates?: { name: string }[]
  overhead?: Quantities
  [field: string]: unknown
}

type ContainerStatus = {
  name: string
  ready?: boolean
  restartCount?: number
  state?: { terminated?: { exitCode: number; finishedAt?: string }; [state: string]: unknown }
  [field: string]: unknown
}

type PodStatus = {
  phase?: string
  conditions?: Condition[]
  podIP?: string
  podIPs?: { ip: string }[]
  startTime?: string
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
  [field: string]: unknown
}

export type Pod = KubeObject<PodSpec, PodStatus> & { spec: PodSpec }

export type PodTemplate = { metadata?: Partial<ObjectMeta>; spec: PodSpec }

export type Node = KubeObject<
  { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[]; [field: string]: unknown },
  { allocatable?: Quantities; conditions?: Condition[]; [field: string]: unknown }
>

type ReplicaSetSpec = {
  replicas?: number
  minReadySeconds?: number
  selector: LabelSelector
  template: PodTemplate
}

type ReplicaSetStatus = {
  replicas?: number
  fullyLabeledReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  observedGeneration?: number
  conditions?: Condition[]
}

export type ReplicaSet = KubeObject<ReplicaSetSpec, ReplicaSetStatus> & { spec: ReplicaSetSpec }

type DeploymentSpec = ReplicaSetSpec & {
  strategy?: { type?: string; rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string } }
  revisionHistoryLimit?: number
  progressDeadlineSeconds?: number
  paused?: boolean
}

export type DeploymentStatus = {
  observedGeneration?: number
  replicas?: number
  updatedReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  unavailableReplicas?: number
  collisionCount?: number
  conditions?: Condition[]
}

export type Deployment = KubeObject<DeploymentSpec, DeploymentStatus> & { spec: DeploymentSpec }

type StatefulSetSpec = ReplicaSetSpec & {
  serviceName?: string
  podManagementPolicy?: string
  updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } }
  volumeClaimTemplates?: { metadata: Partial<ObjectMeta> & { name: string }; spec: ClaimSpec }[]
  persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string }
  ordinals?: { start?: number }
  revisionHistoryLimit?: number
}

type StatefulSetStatus = {
  observedGeneration?: number
  replicas?: number
  readyReplicas?: number
  availableReplicas?: number
  currentReplicas?: number
  updatedReplicas?: number
  currentRevision?: string
  updateRevision?: string
  collisionCount?: number
}

export type StatefulSet = KubeObject<StatefulSetSpec, StatefulSetStatus> & { spec: StatefulSetSpec }

type DaemonSetSpec = {
  selector: LabelSelector
  template: PodTemplate
  minReadySeconds?: number
  updateStrategy?: { type?: string; rollingUpdate?: { maxUnavailable?: number | string } }
  revisionHistoryLimit?: number
}

export type DaemonSet = KubeObject<DaemonSetSpec> & { spec: DaemonSetSpec }

export type ControllerRevision = KubeObject & {
  data: { spec: { template: PodTemplate & { $patch: 'replace' } } }
  revision: number
}

type ClaimSpec = {
  accessModes?: string[]
  resources?: { requests?: Quantities }
  storageClassName?: string
  volumeMode?: string
  volumeName?: string
  selector?: LabelSelector
}

type ClaimStatus = { phase?: string; capacity?: Quantities; accessModes?: string[] }

export type Claim = KubeObject<ClaimSpec, ClaimStatus> & { spec: ClaimSpec }

type VolumeSpec = {
  capacity: Quantities
  accessModes: string[]
  storageClassName?: string
  volumeMode?: string
  persistentVolumeReclaimPolicy?: string
  claimRef?: { apiVersion?: string; kind?: string; namespace: string; name: string; uid?: string }
  [source: string]: unknown
}

export type PersistentVolume = KubeObject<VolumeSpec, { phase?: string }> & { spec: VolumeSpec }

type ServiceSpec = {
  type?: string
  clusterIP?: string
  selector?: Record<string, string>
  ports?: { name?: string; port: number; targetPort?: number | string; protocol?: string; appProtocol?: string }[]
  publishNotReadyAddresses?: boolean
}

export type Service = KubeObject<ServiceSpec> & { spec: ServiceSpec }
