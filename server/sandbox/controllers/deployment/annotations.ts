import type { Deployment, ReplicaSet } from '../kinds.ts'

/** What kubectl rollout history, undo and status read (k8s.io/kubectl/pkg/util/deployment). */
export const revisionAnnotation = 'deployment.kubernetes.io/revision'
const historyAnnotation = 'deployment.kubernetes.io/revision-history'
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const maximumAnnotation = 'deployment.kubernetes.io/max-replicas'

/** They belong to one of the two objects and are not handed from the Deployment to its ReplicaSet. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maximumAnnotation,
])

type Annotations = Record<string, string>

export const revisionOf = (set: ReplicaSet): number => Number(set.metadata.annotations?.[revisionAnnotation] ?? 0)

/** The annotations of the newest ReplicaSet: the Deployment's own (so the change cause) and the revision it is. */
export function newSetAnnotations(
  deployment: Deployment,
  known: Annotations | undefined,
  revision: number,
): Annotations {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !notCopied.has(key))
  const old = known?.[revisionAnnotation]
  const merged: Annotations = { ...known, ...Object.fromEntries(copied) }
  if (Number(old ?? 0) >= revision) return merged
  if (old !== undefined) {
    // A template that comes back takes a new number; the numbers it had are kept, as undo shows them.
    merged[historyAnnotation] = [known?.[historyAnnotation], old].filter((each) => each !== undefined).join(',')
  }
  return { ...merged, [revisionAnnotation]: String(revision) }
}

export const scaleAnnotations = (desired: number, maximum: number): Annotations => ({
  [desiredAnnotation]: String(desired),
  [maximumAnnotation]: String(maximum),
})
