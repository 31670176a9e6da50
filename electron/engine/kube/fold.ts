import type { Delta } from './streamTypes.ts'
import type { KubeObject } from './types.ts'

/** What a mirror keeps of one object. */
export interface Entry<Row> {
  uid: string
  namespace: string
  name: string
  resourceVersion: string
  row: Row
}

/** What was learnt of an object: it is there in this state, or it is gone. */
export type Sighting = 'present' | 'gone'

export const nameKey = (object: { namespace: string; name: string }): string => `${object.namespace}/${object.name}`

/** The entry of an object whose identity is whole; see `identified`. */
export function entryOf<Row>(object: KubeObject, row: Row): Entry<Row> {
  const { uid = '', namespace = '', name, resourceVersion = '' } = object.metadata
  return { uid, namespace, name, resourceVersion, row }
}

/** The same object with a uid and a name. Some aggregated APIs (metrics) give no uid: the name must do. */
export function identified(object: KubeObject): KubeObject {
  const given = object.metadata as Partial<KubeObject['metadata']> | null | undefined
  if (given?.uid && given.name) return object
  const name = given?.name ?? ''
  const uid = given?.uid || `${given?.namespace ?? ''}/${name}`
  return { ...object, metadata: { ...given, name, uid } }
}

/**
 * What a sighting changes, given what is known under the same name. Pure.
 * A new uid under an old name is another object: the old one is removed and the new one added.
 */
export function fold<Row>(known: Entry<Row> | undefined, sighting: Sighting, next: Entry<Row>): Delta<Row>[] {
  const isSame = known?.uid === next.uid
  if (sighting === 'gone') return known && isSame ? [delta('removed', next)] : []
  if (!known) return [delta('added', next)]
  if (!isSame) return [delta('removed', known), delta('added', next)]
  return known.resourceVersion === next.resourceVersion && next.resourceVersion !== '' ? [] : [delta('changed', next)]
}

/** Two deltas of one object that nobody has taken yet, as one; undefined when they cancel out. Pure. */
export function merge<Row>(earlier: Delta<Row> | undefined, later: Delta<Row>): Delta<Row> | undefined {
  if (!earlier) return later
  if (earlier.type === 'added') return later.type === 'removed' ? undefined : { ...later, type: 'added' }
  if (earlier.type === 'removed' && later.type === 'added') return { ...later, type: 'changed' }
  return later
}

export function delta<Row>(type: Delta<Row>['type'], { uid, namespace, name, row }: Entry<Row>): Delta<Row> {
  return { type, uid, namespace, name, row }
}
