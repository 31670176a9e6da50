import type { Check } from '#shared/contract/plan.ts'
import type { ClusterConnection, KubeObject } from '../../../kube/index.ts'

/** What a check is told: where, and everything that is planned there. */
export interface Preflight {
  connection: ClusterConnection
  namespace: string
  objects: readonly KubeObject[]
  signal?: AbortSignal
}

/** Undefined when it does not concern this release. */
export type Found = Omit<Check, 'title'> | undefined
