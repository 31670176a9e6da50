import { sameJson } from '../../store/freeze.ts'
import { isJson, type Json } from '../json.ts'
import { isAtomicMap, isAtomicModel, listRule } from '../schema/mergeRules.ts'
import { fieldsOf, type FieldType } from '../schema/types.ts'

/**
 * A set of fields of an object, as managedFields holds them: paths of `f:name`, `k:{"name":"web"}` and `v:"value"`, joined by a
 * character that occurs in none of them.
 */
export type FieldSet = ReadonlySet<string>

const separator = '\u0000'

const pathOf = (...elements: string[]): string => elements.join(separator)
export const elementsOf = (path: string): string[] => path.split(separator)
export const isBelow = (path: string, ancestor: string): boolean => path.startsWith(`${ancestor}${separator}`)

/** What identifies an item of an associative list in a path. Absent keys take the defaults Kubernetes' schema gives them. */
export function itemElement(item: unknown, keys: readonly string[] | 'set'): string {
  if (keys === 'set') return `v:${JSON.stringify(item)}`
  const defaults: Json = { protocol: 'TCP' }
  const values = isJson(item) ? item : {}
  const identity = Object.fromEntries([...keys].sort().map((key) => [key, values[key] ?? defaults[key]]))
  return `k:${JSON.stringify(identity)}`
}

/** Fields the server sets and no manager owns. */
const unowned = new Set(
  ['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds'].map( // prettier-ignore
    (field) => pathOf('f:metadata', `f:${field}`),
  ),
).add('f:apiVersion').add('f:kind').add('f:metadata') // prettier-ignore

type Visit = (path: string, value: unknown) => void

function visitValue(
  value: unknown,
  type: FieldType | undefined,
  path: string,
  visit: Visit,
  owner: [string, string],
): void {
  if (Array.isArray(value)) {
    visitList(value, type, path, visit, listRule(...owner).keys)
    return
  }
  const atomic = isAtomicMap(...owner) || (type?.kind === 'struct' && isAtomicModel(type.model))
  if (!isJson(value) || atomic || Object.keys(value).length === 0) visit(path, value)
  else visitObject(value, type, path, visit)
}

function visitList(
  list: readonly unknown[],
  type: FieldType | undefined,
  path: string,
  visit: Visit,
  keys: readonly string[] | 'set' | undefined,
): void {
  if (keys === undefined || list.length === 0) {
    visit(path, list)
    return
  }
  for (const item of list) {
    const itemPath = pathOf(path, itemElement(item, keys))
    visit(itemPath, keys === 'set' ? item : undefined)
    if (isJson(item)) visitObject(item, type?.kind === 'list' ? type.item : undefined, itemPath, visit)
  }
}

function visitObject(value: Json, type: FieldType | undefined, path: string, visit: Visit): void {
  const model = type?.kind === 'struct' ? type.model : ''
  const fields = fieldsOf(model)
  for (const [key, field] of Object.entries(value)) {
    const fieldPath = path === '' ? `f:${key}` : pathOf(path, `f:${key}`)
    if (field === undefined || (unowned.has(fieldPath) && key !== 'metadata')) continue
    const fieldType = type?.kind === 'map' ? type.item : fields.get(key)
    visitValue(field, fieldType, fieldPath, visit, [model, key])
  }
}

/** Every field of an object with its value; items of associative lists count as fields without a value of their own. */
export function fieldValues(object: Json, model: string): Map<string, unknown> {
  const values = new Map<string, unknown>()
  visitObject(object, { kind: 'struct', model }, '', (path, value) => values.set(path, value))
  return values
}

/** The fields that are new or have another value in `after`, and those that are gone. */
export function compareFields(before: Json, after: Json, model: string): { changed: FieldSet; removed: FieldSet } {
  const old = fieldValues(before, model)
  const young = fieldValues(after, model)
  const changed = [...young].filter(([path, value]) => !old.has(path) || !sameJson(old.get(path), value))
  const removed = [...old.keys()].filter((path) => !young.has(path))
  return { changed: new Set(changed.map(([path]) => path)), removed: new Set(removed) }
}

export const minus = (set: FieldSet, ...others: FieldSet[]): FieldSet =>
  new Set([...set].filter((path) => !others.some((other) => other.has(path))))

export const union = (...sets: FieldSet[]): FieldSet => new Set(sets.flatMap((set) => [...set]))

/** The `fieldsV1` form: a tree whose `.` marks a path that is a member itself. */
export function toFieldsV1(set: FieldSet): Json {
  const root: Json = {}
  for (const path of [...set].sort()) {
    let node = root
    for (const element of elementsOf(path)) node = (node[element] ??= {}) as Json
    node['.'] = {}
  }
  const simplify = (node: Json): Json => {
    const names = Object.keys(node)
    if (names.length === 1 && names[0] === '.') return {}
    return Object.fromEntries(names.map((name) => [name, name === '.' ? {} : simplify(node[name] as Json)]))
  }
  return simplify(root)
}

export function fromFieldsV1(tree: unknown): FieldSet {
  const set = new Set<string>()
  const walk = (node: unknown, elements: string[]) => {
    if (!isJson(node)) return
    const names = Object.keys(node)
    if (names.length === 0 && elements.length > 0) set.add(pathOf(...elements))
    for (const name of names) {
      if (name === '.') set.add(pathOf(...elements))
      else walk(node[name], [...elements, normalise(name)])
    }
  }
  walk(tree, [])
  return set
}

/** Key elements compare as text: their keys are put in order. */
function normalise(element: string): string {
  if (!element.startsWith('k:')) return element
  const identity = JSON.parse(element.slice(2)) as Json
  return `k:${JSON.stringify(Object.fromEntries(Object.entries(identity).sort(([one], [other]) => (one < other ? -1 : 1))))}`
}
