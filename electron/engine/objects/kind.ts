import type { ApiResource, KubeObject } from '../kube/index.ts'

/** What the console knows of a kind of object: one row per kind, read by every list of it. */
export interface Kind<Facts> {
  /** Of the kinds that every cluster serves, so that no discovery stands before the first row; else as discovery finds it. */
  resource: ApiResource | string
  /** All that any reader needs of one object, and no more: the object itself is forgotten. */
  facts: (object: KubeObject) => Facts
  /** What is said of an object that `facts` throws at. Gets its identity alone. */
  unreadable: (identity: KubeObject, reason: string) => Facts
}

/** A kind that every supported cluster serves. @param name plural with its group: `pods`, `deployments.apps` */
export function builtIn(kind: string, name: string, isNamespaced = true): ApiResource {
  const [plural = '', ...group] = name.split('.')
  return {
    group: group.join('.'),
    version: 'v1',
    kind,
    name: plural,
    singular: kind.toLowerCase(),
    namespaced: isNamespaced,
    verbs: ['list', 'watch'],
    shortNames: [],
    subresources: [],
  }
}

/** Milliseconds since 1970 of a time that came over the wire; null where it is absent or no time. */
export function timeOf(text: unknown): number | null {
  const at = typeof text === 'string' ? Date.parse(text) : NaN
  return Number.isNaN(at) ? null : at
}
