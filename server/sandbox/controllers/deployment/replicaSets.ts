import { createIn, messageOf } from '../creation.ts'
import { contentHash } from '../podTemplate.ts'
import type { Deployment, PodTemplate, ReplicaSet } from '../kinds.ts'
import type { ControllerContext } from '../loop/controlLoop.ts'
import { byAge, equalJson, isControlledBy, ownerReference } from '../objects.ts'
import { newSetAnnotations, revisionAnnotation, revisionOf, scaleAnnotations } from './annotations.ts'
import { setCondition } from './status.ts'
import { bounds, newSetReplicas, replicasOf, type Scaling } from './strategy.ts'

export const component = 'deployment-controller'
const hashLabel = 'pod-template-hash'
const resource = 'replicasets.apps'

function withoutHash(template: PodTemplate): PodTemplate {
  const labels = Object.entries(template.metadata?.labels ?? {}).filter(([key]) => key !== hashLabel)
  return { ...template, metadata: { ...template.metadata, labels: Object.fromEntries(labels) } }
}

/** The ReplicaSet that runs the Deployment's present template; of several (a past collision) the oldest. */
export const findNewest = (deployment: Deployment, sets: ReplicaSet[]): ReplicaSet | undefined =>
  sets.toSorted(byAge).find((set) => equalJson(withoutHash(set.spec.template), withoutHash(deployment.spec.template)))

/** Gives the newest ReplicaSet its revision and annotations; both are what rollout history and undo go by. */
export function markNewest(
  context: ControllerContext,
  deployment: Deployment,
  newest: ReplicaSet,
  old: ReplicaSet[],
): ReplicaSet {
  const revision = Math.max(0, ...old.map(revisionOf)) + 1
  const marked =
    context.store.update<ReplicaSet>(resource, newest.metadata.namespace, newest.metadata.name, (changed) => {
      changed.metadata.annotations = newSetAnnotations(deployment, changed.metadata.annotations, revision)
      const seconds = deployment.spec.minReadySeconds
      if (seconds === undefined) delete changed.spec.minReadySeconds
      else changed.spec.minReadySeconds = seconds
    }) ?? newest
  writeRevision(context, deployment, String(revisionOf(marked)))
  return marked
}

function writeRevision(context: ControllerContext, deployment: Deployment, revision: string): void {
  context.store.update('deployments.apps', deployment.metadata.namespace, deployment.metadata.name, (changed) => {
    changed.metadata.annotations = { ...changed.metadata.annotations, [revisionAnnotation]: revision }
  })
}

/**
 * Creates the ReplicaSet of the present template.
 * @returns undefined when another content already has its hash; the next turn takes another hash
 * @throws ApiError when the namespace or a quota refuses it; the Progressing condition then says so
 */
export function createNewest(
  context: ControllerContext,
  deployment: Deployment,
  old: ReplicaSet[],
): ReplicaSet | undefined {
  const hash = contentHash(deployment.spec.template, deployment.status?.collisionCount ?? 0)
  const name = `${deployment.metadata.name}-${hash}`
  const namespace = deployment.metadata.namespace ?? ''
  const taken = context.store.get<ReplicaSet>(resource, namespace, name)
  if (taken !== undefined) {
    if (!isControlledBy(taken, deployment) || findNewest(deployment, [taken]) === undefined)
      countCollision(context, deployment)
    return undefined
  }
  const replicas = newSetReplicas(deployment, old, 0)
  const revision = Math.max(0, ...old.map(revisionOf)) + 1
  const template = structuredClone(deployment.spec.template)
  const labels = { ...template.metadata?.labels, [hashLabel]: hash }
  const { selector, minReadySeconds } = deployment.spec
  const spec = {
    replicas,
    ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
    template: { ...template, metadata: { ...template.metadata, labels } },
  }
  const annotations = {
    ...newSetAnnotations(deployment, undefined, revision),
    ...scaleAnnotations(replicasOf(deployment), replicasOf(deployment) + bounds(deployment).surge),
  }
  try {
    const created = createIn<ReplicaSet>(context, resource, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name, namespace, labels, annotations, ownerReferences: [ownerReference(deployment)] },
      spec,
      status: { replicas: 0 },
    })
    if (replicas > 0) announce(context, deployment, created, 0, replicas)
    writeRevision(context, deployment, String(revision))
    writeProgress(context, deployment, 'True', 'NewReplicaSetCreated', `Created new replica set "${name}"`)
    return created
  } catch (error) {
    const message = `Failed to create new replica set "${name}": ${messageOf(error)}`
    writeProgress(context, deployment, 'False', 'ReplicaSetCreateError', message)
    context.recordEvent(deployment, 'Warning', 'ReplicaSetCreateError', message, component)
    throw error
  }
}

function countCollision(context: ControllerContext, deployment: Deployment): void {
  const { namespace, name } = deployment.metadata
  const count = (changed: Deployment): void => {
    changed.status = { ...changed.status, collisionCount: (changed.status?.collisionCount ?? 0) + 1 }
  }
  context.store.update<Deployment>('deployments.apps', namespace, name, count, { subresource: 'status' })
}

export function writeProgress(
  context: ControllerContext,
  deployment: Deployment,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
): void {
  const { namespace, name } = deployment.metadata
  const write = (changed: Deployment): void => {
    const conditions = setCondition(
      changed.status?.conditions,
      'Progressing',
      status,
      reason,
      message,
      context.clock.now(),
    )
    changed.status = { ...changed.status, conditions }
  }
  context.store.update<Deployment>('deployments.apps', namespace, name, write, { subresource: 'status' })
}

function announce(context: ControllerContext, deployment: Deployment, set: ReplicaSet, from: number, to: number): void {
  const direction = to > from ? 'up' : 'down'
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${to}`
  context.recordEvent(deployment, 'Normal', 'ScalingReplicaSet', message, component)
}

/** Writes the size of a ReplicaSet and the counts it was derived from; says so when the size changed. */
export function scaleSet(context: ControllerContext, deployment: Deployment, { set, to }: Scaling): void {
  const wanted = replicasOf(deployment)
  context.store.update<ReplicaSet>(resource, set.metadata.namespace, set.metadata.name, (changed) => {
    changed.spec.replicas = to
    changed.metadata.annotations = {
      ...changed.metadata.annotations,
      ...scaleAnnotations(wanted, wanted + bounds(deployment).surge),
    }
  })
  if (to !== replicasOf(set)) announce(context, deployment, set, replicasOf(set), to)
}

/** Deletes the oldest empty ReplicaSets beyond the history limit. */
export function pruneHistory(context: ControllerContext, deployment: Deployment, old: ReplicaSet[]): void {
  const limit = deployment.spec.revisionHistoryLimit ?? 10
  const alive = old.filter((set) => set.metadata.deletionTimestamp === undefined)
  const surplus = alive
    .toSorted((left, right) => revisionOf(left) - revisionOf(right))
    .slice(0, Math.max(0, alive.length - limit))
  for (const set of surplus) {
    const isEmpty = replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0
    const isSettled = (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 1)
    if (isEmpty && isSettled) {
      context.store.delete(resource, set.metadata.namespace, set.metadata.name, { propagationPolicy: 'Background' })
    }
  }
}
