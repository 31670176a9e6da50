import { sameJson } from '../../store/freeze.ts'
import { badRequest } from '../errors.ts'
import { copyOf, isJson, type Json } from '../json.ts'
import { listRule } from '../schema/mergeRules.ts'
import { fieldsOf } from '../schema/types.ts'

/** The model of a field's items or of the field itself; '' where the fields are not known. */
function modelOf(model: string, field: string): string {
  const type = fieldsOf(model).get(field)
  const inner = type?.kind === 'list' || type?.kind === 'map' ? type.item : type
  return inner?.kind === 'struct' ? inner.model : ''
}

const order = '$setElementOrder/'
const deletion = '$deleteFromPrimitiveList/'
const retain = '$retainKeys'
const directive = '$patch'

/**
 * Kubernetes' strategic merge patch on a copy of `target`: lists with a merge key are merged item by item, and the directives
 * `$patch`, `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…` are obeyed.
 * @param model the client's class that describes the target
 */
export function strategicPatch(target: unknown, patch: unknown, model: string): unknown {
  if (!isJson(patch)) throw badRequest('a strategic merge patch is an object')
  return mergeObject(isJson(target) ? copyOf(target) : {}, patch, model)
}

function mergeObject(target: Json, patch: Json, model: string): Json {
  if (patch[directive] === 'replace') return withoutDirectives(patch)
  if (patch[directive] === 'delete') return {}
  const kept = patch[retain]
  if (Array.isArray(kept)) {
    for (const key of Object.keys(target)) if (!kept.includes(key)) Reflect.deleteProperty(target, key)
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === directive || key === retain || key.startsWith(order)) continue
    if (key.startsWith(deletion)) removeValues(target, key.slice(deletion.length), value)
    else if (value === null) Reflect.deleteProperty(target, key)
    else target[key] = mergeField(target[key], value, model, key, patch[`${order}${key}`])
  }
  reorderUntouched(target, patch, model)
  return target
}

/** An order without changes to the list itself still sorts it. */
function reorderUntouched(target: Json, patch: Json, model: string): void {
  for (const [key, wanted] of Object.entries(patch)) {
    const field = key.slice(order.length)
    const list = target[field]
    if (!key.startsWith(order) || patch[field] !== undefined || !Array.isArray(list)) continue
    const { mergeKey } = listRule(model, field)
    if (mergeKey !== undefined && Array.isArray(wanted)) target[field] = sorted(list, wanted, list, mergeKey)
  }
}

function removeValues(target: Json, field: string, values: unknown): void {
  const list = target[field]
  if (!Array.isArray(list) || !Array.isArray(values)) return
  target[field] = (list as unknown[]).filter((item) => !values.some((value) => sameJson(item, value)))
}

function mergeField(before: unknown, value: unknown, model: string, field: string, wanted: unknown): unknown {
  const inner = modelOf(model, field)
  if (Array.isArray(value)) {
    const { mergeKey } = listRule(model, field)
    if (mergeKey === undefined) return copyOf(value)
    const list = Array.isArray(before) ? (before as unknown[]) : []
    const merged = mergeKey === '' ? mergeValues(list, value) : mergeItems(list, value, mergeKey, inner)
    return sorted(merged, Array.isArray(wanted) ? wanted : value, list, mergeKey)
  }
  if (isJson(value)) return mergeObject(isJson(before) ? before : {}, value, inner)
  return value
}

const mergeValues = (list: unknown[], values: unknown[]): unknown[] => [
  ...list,
  ...values.filter((value) => !list.some((item) => sameJson(item, value))),
]

function mergeItems(list: unknown[], patches: unknown[], key: string, model: string): unknown[] {
  // A replace directive stands in an item of its own and turns the merge off.
  if (patches.some((each) => isJson(each) && each[directive] === 'replace' && each[key] === undefined)) {
    return patches.filter((each) => isJson(each) && each[directive] === undefined)
  }
  const merged = [...list]
  for (const patch of patches) {
    if (!isJson(patch) || patch[key] === undefined) {
      throw badRequest(`map: ${JSON.stringify(patch)} does not contain declared merge key: ${key}`)
    }
    const index = merged.findIndex((item) => isJson(item) && item[key] === patch[key])
    if (patch[directive] === 'delete') {
      if (index !== -1) merged.splice(index, 1)
    } else if (index === -1) merged.push(mergeObject({}, patch, model))
    else {
      const before = merged[index]
      merged[index] = mergeObject(isJson(before) ? before : {}, patch, model)
    }
  }
  return merged
}

/**
 * The order of a merged list. Patched items come in the order of the directive, or of the patch where there is none; the others keep
 * theirs; an item of the one kind stands behind one of the other where the list had it so before (apimachinery's mergeSortedSlice).
 */
function sorted(list: unknown[], wanted: readonly unknown[], before: readonly unknown[], mergeKey: string): unknown[] {
  const identity = (item: unknown): unknown => (mergeKey !== '' && isJson(item) ? item[mergeKey] : item)
  const rankIn = (items: readonly unknown[]) => {
    const identities = items.map(identity)
    return (item: unknown) => identities.findIndex((each) => sameJson(each, identity(item)))
  }
  const [wantedRank, oldRank] = [rankIn(wanted), rankIn(before)]
  const patched = list.filter((item) => wantedRank(item) !== -1)
  patched.sort((one, other) => wantedRank(one) - wantedRank(other))
  const others = list.filter((item) => wantedRank(item) === -1)
  const result: unknown[] = []
  while (patched.length > 0 && others.length > 0) {
    const [left, right] = [oldRank(patched[0]), oldRank(others[0])]
    result.push(left >= 0 && right >= 0 && left > right ? others.shift() : patched.shift())
  }
  return [...result, ...patched, ...others]
}

function withoutDirectives(value: Json): Json {
  const entries = Object.entries(value).filter(([key]) => key !== directive && key !== retain && !key.startsWith(order))
  return copyOf(Object.fromEntries(entries))
}
