import type { V1Container, V1PodSpec } from '@kubernetes/client-node'
import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import type { Scope } from '#shared/contract/base.ts'
import type { KubeObject, ObjectRef } from '../../kube/index.ts'

export type WorkloadKind = WorkloadDetail['kind']

/** Which workload of which cluster. */
export interface WorkloadName extends Scope {
  kind: WorkloadKind
  name: string
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
  spec?: V1PodSpec
  [field: string]: unknown
}

/** What the three kinds that roll have in common, and where they differ. */
export interface WorkloadSpec {
  replicas?: number
  paused?: boolean
  revisionHistoryLimit?: number
  podManagementPolicy?: string
  selector?: { matchLabels?: Record<string, string> }
  template?: PodTemplate
  /** Of a Deployment. */
  strategy?: UpdateStrategy
  /** Of a StatefulSet or DaemonSet. */
  updateStrategy?: UpdateStrategy
  volumeClaimTemplates?: { metadata?: { name?: string } }[]
  /** What becomes of a StatefulSet's volumes; Retain unless told otherwise. */
  persistentVolumeClaimRetentionPolicy?: { whenScaled?: string }
}

interface UpdateStrategy {
  type?: string
  rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string; partition?: number }
}

export interface WorkloadStatus {
  replicas?: number
  updatedReplicas?: number
  readyReplicas?: number
  updateRevision?: string
  currentRevision?: string
  desiredNumberScheduled?: number
  updatedNumberScheduled?: number
  numberReady?: number
}

export type Workload = KubeObject<WorkloadSpec, WorkloadStatus>

export const refOf = ({ kind, namespace, name }: Pick<WorkloadName, 'kind' | 'namespace' | 'name'>): ObjectRef => ({
  apiVersion: 'apps/v1',
  kind,
  namespace,
  name,
})

export const kindOf = (workload: Workload): WorkloadKind => workload.kind as WorkloadKind

/** How many pods it is to have; a DaemonSet has one on every node that fits. */
export const desiredOf = ({ kind, spec, status }: Workload): number =>
  kind === 'DaemonSet' ? (status?.desiredNumberScheduled ?? 0) : (spec?.replicas ?? 1)

export const selectorOf = ({ spec }: Workload): string =>
  Object.entries(spec?.selector?.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',')

export const containersOf = (template: PodTemplate | undefined): V1Container[] => template?.spec?.containers ?? []

/** "1 pod", "2 pods". */
export const pods = (count: number): string => `${count} ${count === 1 ? 'pod' : 'pods'}`
