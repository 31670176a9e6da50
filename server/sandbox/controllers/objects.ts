import { isDeepStrictEqual } from 'node:util'
import type { KubeObject, OwnerReference } from '../store/types.ts'

/** The label selector of the apps and batch groups. */
export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}

type Labels = Record<string, string> | undefined

/** Whether labels satisfy a selector; an absent selector selects nothing, an empty one everything. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false
  const pairs = Object.entries(selector.matchLabels ?? {})
  return (
    pairs.every(([key, value]) => labels?.[key] === value) &&
    (selector.matchExpressions ?? []).every((each) => satisfies(each, labels))
  )
}

function satisfies({ key, operator, values }: { key: string; operator: string; values?: string[] }, labels: Labels) {
  const value = labels?.[key]
  switch (operator) {
    case 'In':
      return value !== undefined && (values ?? []).includes(value)
    case 'NotIn':
      return value === undefined || !(values ?? []).includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

/** The one owner that manages this object, as far as its references say. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((reference) => reference.controller === true)

export const isControlledBy = (object: KubeObject, owner: KubeObject): boolean =>
  controllerOf(object)?.uid === owner.metadata.uid

/** The reference by which a controller marks what it created. */
export function ownerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  }
}

/** The key of the controlling owner if it is of this kind: where a change of a dependent is looked at. */
export function keysOfController(object: KubeObject, kind: string): string[] {
  const owner = controllerOf(object)
  return owner?.kind === kind ? [`${object.metadata.namespace ?? ''}/${owner.name}`] : []
}

/** Equal as JSON: what is undefined or null counts as absent. */
export const equalJson = (left: unknown, right: unknown): boolean => isDeepStrictEqual(compact(left), compact(right))

/** A copy with sorted keys and without undefined and null, so that equal content has one text. */
export function compact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(compact)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, each]) => each !== undefined && each !== null)
  entries.sort(([left], [right]) => (left < right ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, compact(each)]))
}

/** Oldest first; the name decides between objects of one second. */
export function byAge(left: KubeObject, right: KubeObject): number {
  const difference = Date.parse(left.metadata.creationTimestamp) - Date.parse(right.metadata.creationTimestamp)
  return difference === 0 ? compareText(left.metadata.name, right.metadata.name) : difference
}

export const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

export const isBeingDeleted = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined
