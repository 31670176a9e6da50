import { now } from '../../store/metadata.ts'
import { ApiError, type StatusCause } from '../errors.ts'
import { copyOf, isJson, type Json } from '../json.ts'
import { isAtomicMap, isAtomicModel, listRule } from '../schema/mergeRules.ts'
import { fieldsOf, type FieldType } from '../schema/types.ts'
import { compareFields, elementsOf, fieldValues, isBelow, itemElement, minus, type FieldSet } from './fieldSet.ts'
import { sameManager, type Manager, type Ownership } from './managedFields.ts'

export interface Applied {
  object: Json
  owners: Ownership[]
}

function merge(live: unknown, applied: unknown, type: FieldType | undefined, owner: [string, string]): unknown {
  if (Array.isArray(applied)) {
    const { keys } = listRule(...owner)
    if (keys === undefined || !Array.isArray(live)) return copyOf(applied)
    return mergeList(live, applied, keys, type?.kind === 'list' ? type.item : undefined)
  }
  const atomic = isAtomicMap(...owner) || (type?.kind === 'struct' && isAtomicModel(type.model))
  if (!isJson(applied) || !isJson(live) || atomic) return copyOf(applied)
  const model = type?.kind === 'struct' ? type.model : ''
  const merged = { ...live }
  for (const [key, value] of Object.entries(applied)) {
    const fieldType = type?.kind === 'map' ? type.item : fieldsOf(model).get(key)
    merged[key] = merge(merged[key], value, fieldType, [model, key])
  }
  return merged
}

/** Applied items come in their own order; items of others stay behind the one they followed. */
function mergeList(live: unknown[], applied: unknown[], keys: readonly string[] | 'set', item: FieldType | undefined) {
  const identity = (value: unknown) => itemElement(value, keys)
  const before = new Map(live.map((value) => [identity(value), value]))
  const wanted = applied.map((value) => merge(before.get(identity(value)), value, item, ['', '']))
  const named = new Set(applied.map(identity))
  const result = [...wanted]
  for (const [index, value] of live.entries()) {
    if (named.has(identity(value))) continue
    const previous = live[index - 1]
    const position = previous === undefined ? -1 : result.findIndex((each) => identity(each) === identity(previous))
    result.splice(index === 0 ? 0 : position === -1 ? result.length : position + 1, 0, value)
  }
  return result
}

/** Removes one field or item. A list that is empty then goes too: Go's `omitempty` would not write it either. */
function removePath(root: Json, path: string): void {
  const elements = elementsOf(path)
  const last = elements.pop() ?? ''
  let [parent, node]: unknown[] = [undefined, root]
  for (const element of elements) [parent, node] = [node, childAt(node, element)]
  if (!Array.isArray(node)) {
    if (isJson(node)) Reflect.deleteProperty(node, last.slice(2))
    return
  }
  const index = itemIndex(node, last)
  if (index !== -1) node.splice(index, 1)
  if (node.length === 0 && isJson(parent)) Reflect.deleteProperty(parent, elements.at(-1)?.slice(2) ?? '')
}

function itemIndex(list: unknown[], element: string): number {
  if (element.startsWith('v:')) return list.findIndex((item) => itemElement(item, 'set') === element)
  const keys = Object.keys(JSON.parse(element.slice(2)) as Json)
  return list.findIndex((item) => itemElement(item, keys) === element)
}

function childAt(node: unknown, element: string): unknown {
  if (Array.isArray(node)) return node[itemIndex(node, element)] as unknown
  return isJson(node) ? node[element.slice(2)] : undefined
}

/** Takes out what the manager applied before and applies no more, unless somebody else owns it or something below it. */
function prune(object: Json, dropped: FieldSet, others: readonly Ownership[]): void {
  const removed: string[] = []
  for (const path of [...dropped].sort((one, other) => one.length - other.length)) {
    if (removed.some((ancestor) => isBelow(path, ancestor))) continue
    const held = others.some(({ fields }) => fields.has(path) || [...fields].some((each) => isBelow(each, path)))
    if (held) continue
    removePath(object, path)
    removed.push(path)
  }
}

const shownPath = (path: string): string =>
  elementsOf(path)
    .map((element) => {
      if (element.startsWith('f:')) return `.${element.slice(2)}`
      if (element.startsWith('v:')) return `[=${element.slice(2)}]`
      const identity = Object.entries(JSON.parse(element.slice(2)) as Json)
      return `[${identity.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
    })
    .join('')

function conflictCauses(live: Json, object: Json, model: string, others: readonly Ownership[]): StatusCause[] {
  const { changed } = compareFields(live, object, model)
  return others.flatMap((owner) =>
    [...owner.fields]
      .filter((path) => changed.has(path))
      .map((path) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${describe(owner)}`,
        field: shownPath(path),
      })),
  )
}

function describe(owner: Ownership): string {
  const subresource = owner.subresource === undefined ? '' : ` with subresource "${owner.subresource}"`
  const using = owner.operation === 'Apply' ? '' : ` using ${owner.apiVersion}`
  return `"${owner.name}"${subresource}${using}`
}

/** 409 with one cause per field, worded as kubectl expects to print it. */
function applyConflict(causes: readonly StatusCause[]): ApiError {
  const parts = [...groupByMessage(causes)].map(([message, fields]) =>
    fields.length === 1
      ? `${message}: ${fields[0]?.field ?? ''}`
      : `${message.replace('conflict with', 'conflicts with')}:\n${fields.map((each) => `- ${each.field ?? ''}`).join('\n')}`,
  )
  const count = causes.length === 1 ? '1 conflict' : `${causes.length} conflicts`
  const text = parts.join('\n')
  return new ApiError(409, 'Conflict', `Apply failed with ${count}: ${text}`, { causes: [...causes] })
}

function groupByMessage(causes: readonly StatusCause[]): Map<string, StatusCause[]> {
  const groups = new Map<string, StatusCause[]>()
  for (const cause of causes) groups.set(cause.message, [...(groups.get(cause.message) ?? []), cause])
  return groups
}

/**
 * Server-side apply: merges what a manager wants into the live object.
 * @param force takes fields of other managers instead of failing with 409
 */
export function applyTo(
  live: Json,
  wanted: Json,
  model: string,
  owners: readonly Ownership[],
  manager: Manager,
  force: boolean,
): Applied {
  const fields: FieldSet = new Set(fieldValues(wanted, model).keys())
  const before = owners.find((owner) => sameManager(owner, manager))
  const others = owners.filter((owner) => !sameManager(owner, manager))
  const object = copyOf(merge(live, wanted, { kind: 'struct', model }, ['', '']) as Json)
  const causes = conflictCauses(live, object, model, others)
  if (causes.length > 0 && !force) throw applyConflict(causes)
  prune(object, minus(before?.fields ?? new Set(), fields), others)
  const { changed, removed } = compareFields(live, object, model)
  const kept = others.map((owner) => ({ ...owner, fields: minus(owner.fields, changed, removed) }))
  const unchanged = before !== undefined && before.fields.size === fields.size && changed.size + removed.size === 0
  return { object, owners: [...kept, { ...manager, time: unchanged ? before.time : now(), fields }] }
}
