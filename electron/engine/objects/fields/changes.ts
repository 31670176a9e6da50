import type { FieldChange } from '#shared/contract/changes.ts'
import type { KubeObject } from '../../kube/index.ts'
import { isWithin } from './path.ts'
import { fieldsOf, valueAt, withField, type FieldNode } from './tree.ts'

/** Written by the server, different in every answer, and no change that anybody made. */
const serverFields = ['managedFields', 'resourceVersion', 'uid', 'creationTimestamp', 'generation', 'selfLink']
const serverAnnotations = ['kubectl.kubernetes.io/last-applied-configuration', 'deployment.kubernetes.io/revision']
export const masked = '••••••••'

/** Characters of a value that are shown. */
const longest = 300

/** The object without what the server keeps for itself in it. */
export function withoutServerFields(object: KubeObject): KubeObject {
  const { status: _status, metadata, ...rest } = object
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !serverFields.includes(key)))
  if (metadata.annotations) {
    const annotations = Object.entries(metadata.annotations).filter(([key]) => !serverAnnotations.includes(key))
    kept['annotations'] = Object.fromEntries(annotations)
    if (annotations.length === 0) delete kept['annotations']
  }
  const { apiVersion, kind, ...body } = rest
  return { apiVersion, kind, metadata: kept as KubeObject['metadata'], ...body }
}

/** What the server will not compute: the live object with the wanted fields over it. */
export function overlaid(live: KubeObject, wanted: KubeObject): KubeObject {
  let merged = live
  for (const [path, { isLeaf, value }] of fieldsOf(wanted)) {
    const differs = isLeaf && JSON.stringify(valueAt(merged, path)) !== JSON.stringify(value)
    if (differs) merged = withField(merged, path, value)
  }
  return merged
}

export interface ChangedField {
  path: string
  /** Undefined where the field is not set. */
  before: unknown
  after: unknown
}

/** The fields that differ, each once: a map that is new as a whole shows its fields, not itself. */
export function changedFields(before: KubeObject, after: KubeObject): ChangedField[] {
  const [old, young] = [fieldsOf(withoutServerFields(before)), fieldsOf(withoutServerFields(after))]
  const paths = new Set([...old.keys(), ...young.keys()])
  const changed: ChangedField[] = []
  for (const path of paths) {
    const [one, other] = [old.get(path), young.get(path)]
    if (!isShown(one) && !isShown(other)) continue
    if (JSON.stringify(one?.value) === JSON.stringify(other?.value)) continue
    // A map that got its first field, or lost its last, is told by that field.
    if (isParent(one) || isParent(other)) continue
    changed.push({ path, before: one?.value, after: other?.value })
  }
  return changed.sort((a, b) => (a.path < b.path ? -1 : 1))
}

const isShown = (node: FieldNode | undefined) => node?.isLeaf === true
const isParent = (node: FieldNode | undefined) => node !== undefined && !node.isLeaf

/** Both sides of what differs, as people read them; that a hidden value is another one is said. */
export function shownChanges(before: KubeObject, after: KubeObject): Omit<FieldChange, 'effect'>[] {
  return changedFields(before, after).map(({ path, before: old, after: next }) => ({
    path,
    ...shownChange(after.kind, path, old, next),
  }))
}

function shownChange(kind: string, path: string, old: unknown, next: unknown): { before: string; after: string } {
  const [before, after] = [shownValue(kind, path, old), shownValue(kind, path, next)]
  return { before, after: before !== '' && before === after ? `${after} (changed)` : after }
}

/** A value as people read it: text as it is, long ones cut, values of Secrets hidden. */
export function shownValue(kind: string, path: string, value: unknown): string {
  if (value === undefined) return ''
  if (kind === 'Secret' && (isWithin(path, 'data') || isWithin(path, 'stringData'))) return masked
  return cut(typeof value === 'string' ? value : JSON.stringify(value))
}

/** A long text is told by its beginning and its length. */
export function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text
}
