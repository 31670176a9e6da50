import type { PodRow } from '#shared/contract/pods.ts'
import type { StatusKind } from '../../kit/index.ts'

/** The contract's health of a pod or service is a subset of the kit's status kinds. */
export function statusOf(health: PodRow['health']): StatusKind {
  return health
}

/** `agency-swarm-backend` as `backend`: the part all names share says nothing on a map. */
export function shortName(name: string): string {
  return name.replace(/^agency-swarm-/, '')
}
