import type { KubeObject } from '../../kube/index.ts'
import { pathText, type Path, type Segment } from './path.ts'
import { parentOf } from './tree.ts'

/** Who wrote fields of an object, as its managedFields say. */
export interface FieldOwner {
  manager: string
  operation: string
  /** Milliseconds; absent when the server does not say. */
  at?: number
}

interface ManagedEntry {
  manager?: string
  operation?: string
  subresource?: string
  time?: string
  fieldsV1?: unknown
}

interface Owned {
  owner: FieldOwner
  fields: ReadonlySet<string>
}

const entriesOf = (object: KubeObject) => (object.metadata.managedFields ?? []) as ManagedEntry[]

/** Looks up the owners of fields by the paths people write; a field below an owned whole belongs to the whole's owner. */
export function ownersOf(object: KubeObject): (path: string) => FieldOwner[] {
  const owned: Owned[] = entriesOf(object).map((entry) => ({ owner: ownerOf(entry), fields: fieldsIn(entry.fieldsV1) }))
  return (path) => {
    for (let at = path; at !== ''; at = parentOf(at)) {
      const found = owned.filter(({ fields }) => fields.has(at)).map(({ owner }) => owner)
      if (found.length > 0) return found.sort((a, b) => (b.at ?? 0) - (a.at ?? 0))
    }
    return []
  }
}

/** The newest entry of a manager. */
export function entryOf(object: KubeObject, manager: string): FieldOwner | undefined {
  const own = entriesOf(object).filter((entry) => entry.manager === manager)
  return own.map(ownerOf).sort((a, b) => (b.at ?? 0) - (a.at ?? 0))[0]
}

/** Whether this manager ever applied the object (`kubectl get --show-managed-fields` shows the same). */
export const isAppliedBy = (object: KubeObject, manager: string): boolean =>
  entriesOf(object).some((entry) => entry.manager === manager)

function ownerOf({ manager = '', operation = '', time }: ManagedEntry): FieldOwner {
  const at = Date.parse(time ?? '')
  return { manager, operation, ...(Number.isNaN(at) ? {} : { at }) }
}

/**
 * The members of a fieldsV1 tree: `f:<name>` a field, `k:<json>` an item by its keys, `v:<json>` an item by its value, `i:<n>` an item by
 * its place, `.` the thing itself (sigs.k8s.io/structured-merge-diff, fieldpath/serialize-pe.go).
 */
function fieldsIn(tree: unknown): Set<string> {
  const found = new Set<string>()
  const walk = (node: unknown, path: Path): void => {
    const entries = typeof node === 'object' && node !== null ? Object.entries(node) : []
    if (entries.length === 0 && path.length > 0) found.add(pathText(path))
    for (const [word, below] of entries) {
      if (word === '.') found.add(pathText(path))
      else walk(below, [...path, segmentOf(word)])
    }
  }
  walk(tree, [])
  return found
}

function segmentOf(word: string): Segment {
  const text = word.slice(2)
  if (word.startsWith('k:')) return { keys: JSON.parse(text) as Record<string, unknown> }
  if (word.startsWith('v:')) return { item: JSON.parse(text) as unknown }
  if (word.startsWith('i:')) return { index: Number(text) }
  return text
}
