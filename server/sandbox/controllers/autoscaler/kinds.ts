import type { KubeObject } from '../../store/types.ts'
import type { Condition } from '../conditions.ts'

type MetricTarget = {
  type: string
  averageUtilization?: number
  averageValue?: string | number
}

export type ResourceMetric = { name: string; container?: string; target: MetricTarget }

export type MetricSpec = { type: string; resource?: ResourceMetric; containerResource?: ResourceMetric }

export type ScalingRules = {
  stabilizationWindowSeconds?: number
  selectPolicy?: string
  policies?: { type: string; value: number; periodSeconds: number }[]
  tolerance?: string | number
}

export type AutoscalerSpec = {
  scaleTargetRef: { apiVersion?: string; kind: string; name: string }
  minReplicas?: number
  maxReplicas: number
  metrics?: MetricSpec[]
  behavior?: { scaleUp?: ScalingRules; scaleDown?: ScalingRules }
}

export type AutoscalerStatus = {
  observedGeneration?: number
  lastScaleTime?: string
  currentReplicas?: number
  desiredReplicas?: number
  currentMetrics?: unknown[] | null
  conditions?: Condition[]
}

export type Autoscaler = KubeObject<AutoscalerSpec, AutoscalerStatus> & { spec: AutoscalerSpec }

/** What a pod really uses, as the node measures it. */
export type PodUsage = { cpuMilli: number; memoryBytes: number }

export type UsageSource = (namespace: string, podName: string) => PodUsage | undefined
