import type * as client from '@kubernetes/client-node'

/** A class of the client as what is on the wire: plain objects, times as text. */
type Plain<T> = T extends Date
  ? string
  : T extends (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { [Field in keyof T]: Plain<T[Field]> }
      : T

export type CoreV1Event = Plain<client.CoreV1Event>
export type V1ClusterRoleBinding = Plain<client.V1ClusterRoleBinding>
export type V1ConfigMap = Plain<client.V1ConfigMap>
export type V1Container = Plain<client.V1Container>
export type V1ContainerStatus = Plain<client.V1ContainerStatus>
export type V1ControllerRevision = Plain<client.V1ControllerRevision>
export type V1CronJob = Plain<client.V1CronJob>
export type V1DaemonSet = Plain<client.V1DaemonSet>
export type V1Deployment = Plain<client.V1Deployment>
export type V1EndpointSlice = Plain<client.V1EndpointSlice>
export type V1Endpoints = Plain<client.V1Endpoints>
export type V1Ingress = Plain<client.V1Ingress>
export type V1IngressClass = Plain<client.V1IngressClass>
export type V1Job = Plain<client.V1Job>
export type V1JobSpec = Plain<client.V1JobSpec>
export type V1LabelSelector = Plain<client.V1LabelSelector>
export type V1Lease = Plain<client.V1Lease>
export type V1LimitRange = Plain<client.V1LimitRange>
export type V1Namespace = Plain<client.V1Namespace>
export type V1NetworkPolicy = Plain<client.V1NetworkPolicy>
export type V1Node = Plain<client.V1Node>
export type V1PersistentVolume = Plain<client.V1PersistentVolume>
export type V1PersistentVolumeClaim = Plain<client.V1PersistentVolumeClaim>
export type V1Pod = Plain<client.V1Pod>
export type V1PodDisruptionBudget = Plain<client.V1PodDisruptionBudget>
export type V1PodSpec = Plain<client.V1PodSpec>
export type V1PodTemplateSpec = Plain<client.V1PodTemplateSpec>
export type V1PriorityClass = Plain<client.V1PriorityClass>
export type V1Probe = Plain<client.V1Probe>
export type V1ReplicaSet = Plain<client.V1ReplicaSet>
export type V1ResourceQuota = Plain<client.V1ResourceQuota>
export type V1ResourceRequirements = Plain<client.V1ResourceRequirements>
export type V1Role = Plain<client.V1Role>
export type V1RoleBinding = Plain<client.V1RoleBinding>
export type V1Secret = Plain<client.V1Secret>
export type V1Service = Plain<client.V1Service>
export type V1ServiceAccount = Plain<client.V1ServiceAccount>
export type V1StatefulSet = Plain<client.V1StatefulSet>
export type V1StorageClass = Plain<client.V1StorageClass>
export type V1Volume = Plain<client.V1Volume>
export type V2HorizontalPodAutoscaler = Plain<client.V2HorizontalPodAutoscaler>
export type V2MetricSpec = Plain<client.V2MetricSpec>
export type V2MetricStatus = Plain<client.V2MetricStatus>
