import { resourceOfKind, resources } from '../../store/resources.ts'
import type { Component, DeleteOptions, KubeObject, OwnerReference, Store } from '../../store/types.ts'
import { controlLoop, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { isBeingDeleted } from '../objects.ts'
import { Ownership } from './ownership.ts'

/** They own nothing and are owned by nobody, and there are many of them. */
const unowned = new Set(['events', 'leases.coordination.k8s.io'])

const hasFinalizer = (object: KubeObject, finalizer: string): boolean =>
  object.metadata.finalizers?.includes(finalizer) ?? false

/**
 * Deletes what lost its owners, and carries out foreground and orphan deletion
 * (kubernetes.io/docs/concepts/architecture/garbage-collection). Keys are uids.
 */
export function garbageCollector(context: ControllerContext): Component {
  const ownership = new Ownership()
  const keys = (resource: string, object: KubeObject, previous: KubeObject | undefined, gone: boolean): string[] => {
    const { uid } = object.metadata
    const before = previous?.metadata.ownerReferences?.map((reference) => reference.uid) ?? []
    if (gone) {
      const concerned = [...ownership.dependentsOf(uid), ...ownership.ownersOf(uid), ...before]
      ownership.forget(uid)
      return concerned
    }
    ownership.note(resource, object)
    const isConcerned = isBeingDeleted(object) || ownership.ownersOf(uid).length > 0
    return isConcerned ? [uid, ...ownership.ownersOf(uid), ...before] : before
  }
  const watches = resources
    .filter((row) => !unowned.has(row.name))
    .map((row) => watching(row.name, (object, previous, gone) => keys(row.name, object, previous, gone)))
  const reconcile = (uid: string): undefined => collect(context.store, ownership, uid)
  return controlLoop({ name: 'garbage-collector', watches, reconcile }, context)
}

function find(store: Store, ownership: Ownership, uid: string): KubeObject | undefined {
  const location = ownership.locate(uid)
  const object = location === undefined ? undefined : store.get(location.resource, location.namespace, location.name)
  return object?.metadata.uid === uid ? object : undefined
}

function collect(store: Store, ownership: Ownership, uid: string): undefined {
  const object = find(store, ownership, uid)
  if (object === undefined) return
  if (!isBeingDeleted(object)) judge(store, ownership, object)
  else if (hasFinalizer(object, 'orphan')) orphanDependents(store, ownership, object)
  else if (hasFinalizer(object, 'foregroundDeletion')) deleteDependents(store, ownership, object)
}

type Standing = 'solid' | 'dangling' | 'waiting'

/** What a reference is worth: its owner lives, is gone, or waits for its dependents to go first. */
function standing(store: Store, dependent: KubeObject, reference: OwnerReference): Standing {
  const row = resourceOfKind(reference.apiVersion, reference.kind)
  // Nothing is ever deleted because of a kind that cannot be looked up.
  if (row === undefined) return 'solid'
  const owner = store.get(row.name, row.namespaced ? dependent.metadata.namespace : undefined, reference.name)
  if (owner?.metadata.uid !== reference.uid) return 'dangling'
  return isBeingDeleted(owner) && hasFinalizer(owner, 'foregroundDeletion') ? 'waiting' : 'solid'
}

function judge(store: Store, ownership: Ownership, object: KubeObject): undefined {
  const location = ownership.locate(object.metadata.uid)
  const references = object.metadata.ownerReferences ?? []
  if (location === undefined || references.length === 0) return
  const standings = references.map((reference) => standing(store, object, reference))
  if (standings.includes('solid')) {
    const solid = references.filter((_, index) => standings[index] === 'solid')
    if (solid.length < references.length) keepReferences(store, ownership, object, solid)
    return
  }
  const isWaitedFor = standings.includes('waiting')
  const hasDependents = ownership.dependentsOf(object.metadata.uid).length > 0
  const propagationPolicy: DeleteOptions['propagationPolicy'] = hasFinalizer(object, 'orphan')
    ? 'Orphan'
    : isWaitedFor && hasDependents
      ? 'Foreground'
      : 'Background'
  const { uid } = object.metadata
  store.delete(location.resource, location.namespace, location.name, { propagationPolicy, preconditions: { uid } })
}

function keepReferences(store: Store, ownership: Ownership, object: KubeObject, kept: OwnerReference[]): void {
  const location = ownership.locate(object.metadata.uid)
  if (location === undefined) return
  store.update(location.resource, location.namespace, location.name, (changed) => {
    if (kept.length > 0) changed.metadata.ownerReferences = structuredClone(kept)
    else delete changed.metadata.ownerReferences
  })
}

function removeFinalizer(store: Store, ownership: Ownership, object: KubeObject, finalizer: string): void {
  const location = ownership.locate(object.metadata.uid)
  if (location === undefined) return
  store.update(location.resource, location.namespace, location.name, (changed) => {
    changed.metadata.finalizers = (changed.metadata.finalizers ?? []).filter((each) => each !== finalizer)
  })
}

function presentDependents(store: Store, ownership: Ownership, owner: KubeObject): KubeObject[] {
  const found = ownership.dependentsOf(owner.metadata.uid).map((uid) => find(store, ownership, uid))
  return found.filter((dependent) => dependent !== undefined)
}

/** The dependents stay, without their reference to the owner. */
function orphanDependents(store: Store, ownership: Ownership, owner: KubeObject): void {
  for (const dependent of presentDependents(store, ownership, owner)) {
    const others = (dependent.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid)
    keepReferences(store, ownership, dependent, others)
  }
  removeFinalizer(store, ownership, owner, 'orphan')
}

/** The owner goes once no dependent that blocks it is left. */
function deleteDependents(store: Store, ownership: Ownership, owner: KubeObject): void {
  const dependents = presentDependents(store, ownership, owner)
  for (const dependent of dependents) if (!isBeingDeleted(dependent)) judge(store, ownership, dependent)
  const isBlocking = (dependent: KubeObject): boolean =>
    dependent.metadata.ownerReferences?.some(
      ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
    ) ?? false
  const left = presentDependents(store, ownership, owner).filter(isBlocking)
  if (left.length === 0) removeFinalizer(store, ownership, owner, 'foregroundDeletion')
}
