import type { Condition } from '../conditions.ts'
import type { KubeObject } from '../../store/types.ts'
import type { PodTemplate } from '../kinds.ts'
import type { LabelSelector } from '../objects.ts'

export type FailureRule = {
  action: string
  onExitCodes?: { containerName?: string | null; operator: string; values: number[] }
  onPodConditions?: { type: string; status?: string }[]
}

export type JobSpec = {
  parallelism?: number
  completions?: number
  backoffLimit?: number
  activeDeadlineSeconds?: number
  ttlSecondsAfterFinished?: number
  suspend?: boolean
  completionMode?: string
  manualSelector?: boolean
  selector?: LabelSelector
  template: PodTemplate
  podFailurePolicy?: { rules: FailureRule[] }
}

export type JobStatus = {
  conditions?: Condition[]
  startTime?: string
  completionTime?: string
  active?: number
  ready?: number
  terminating?: number
  succeeded?: number
  failed?: number
  completedIndexes?: string
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] }
}

export type Job = KubeObject<JobSpec, JobStatus> & { spec: JobSpec }
