import type { KubeObject, ResourceName, Store } from '../store/types.ts'
import {
  controllerOf,
  isBeingDeleted,
  isControlledBy,
  keysOfController,
  ownerReference,
  selects,
  type LabelSelector,
} from './objects.ts'
import { keyOf } from './loop/controlLoop.ts'

type Selecting = KubeObject<{ selector?: LabelSelector } & Record<string, unknown>>

/** An empty selector of a workload would take everything in the namespace; Kubernetes refuses it, so nothing matches. */
const isEmpty = (selector: LabelSelector | undefined): boolean =>
  selector === undefined ||
  Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0

/**
 * The dependents of a workload: those it owns and still selects. Matching ones without a controller are adopted, owned ones that
 * stopped matching are released (kubernetes.io/docs/concepts/workloads/controllers/replicaset).
 */
export function claim<T extends KubeObject>(
  store: Store,
  resource: ResourceName,
  owner: KubeObject,
  selector: LabelSelector | undefined,
): T[] {
  if (isEmpty(selector)) return []
  const candidates = store.list<T>(resource, { namespace: owner.metadata.namespace ?? '' })
  return candidates.flatMap((object) => {
    const matches = selects(selector, object.metadata.labels)
    if (isControlledBy(object, owner)) {
      if (matches) return [object]
      release(store, resource, object, owner)
      return []
    }
    if (!matches || controllerOf(object) !== undefined || isBeingDeleted(object) || isBeingDeleted(owner)) return []
    const adopted = adopt<T>(store, resource, object, owner)
    return adopted === undefined ? [] : [adopted]
  })
}

const adopt = <T extends KubeObject>(
  store: Store,
  resource: ResourceName,
  object: T,
  owner: KubeObject,
): T | undefined =>
  store.update<T>(resource, object.metadata.namespace, object.metadata.name, (changed) => {
    const others = (changed.metadata.ownerReferences ?? []).filter((each) => each.uid !== owner.metadata.uid)
    changed.metadata.ownerReferences = [...others, ownerReference(owner)]
  })

function release(store: Store, resource: ResourceName, object: KubeObject, owner: KubeObject): void {
  store.update(resource, object.metadata.namespace, object.metadata.name, (changed) => {
    const left = (changed.metadata.ownerReferences ?? []).filter((each) => each.uid !== owner.metadata.uid)
    if (left.length > 0) changed.metadata.ownerReferences = left
    else delete changed.metadata.ownerReferences
  })
}

/**
 * The workloads to look at when a dependent changes: its controller now and before, or, for an orphan, everyone whose
 * selector matches.
 */
export function keysConcerned(
  store: Store,
  owners: ResourceName,
  kind: string,
): (object: KubeObject, previous: KubeObject | undefined) => string[] {
  return (object, previous) => {
    const before = previous === undefined ? [] : keysOfController(previous, kind)
    if (controllerOf(object) !== undefined) return [...keysOfController(object, kind), ...before]
    const namespace = object.metadata.namespace ?? ''
    const candidates = store.list<Selecting>(owners, { namespace })
    return [
      ...candidates.filter((owner) => selects(owner.spec?.selector, object.metadata.labels)).map(keyOf),
      ...before,
    ]
  }
}
