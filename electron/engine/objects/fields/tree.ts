import { itemText, pathText, pathWords, type Path, type Segment } from './path.ts'
import { keyDefaults, listKeys } from './listKeys.ts'

export interface FieldNode {
  path: Path
  value: unknown
  /** It has no fields of its own: text, number, an empty map, a list without keys. */
  isLeaf: boolean
}

type Json = Record<string, unknown>
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every field of an object by its path as people write it, from the outside in. */
export function fieldsOf(object: object): Map<string, FieldNode> {
  const found = new Map<string, FieldNode>()
  const visit = (value: unknown, path: Path): void => {
    const below = childrenOf(value, nameOf(path))
    if (path.length > 0) found.set(pathText(path), { path, value, isLeaf: below.length === 0 })
    for (const [segment, child] of below) visit(child, [...path, segment])
  }
  visit(object, [])
  return found
}

function nameOf(path: Path): string {
  const last = path.at(-1)
  return typeof last === 'string' ? last : ''
}

function childrenOf(value: unknown, name: string): [Segment, unknown][] {
  if (Array.isArray(value)) return itemsOf(value, name)
  if (!isJson(value)) return []
  return Object.entries(value).filter(([, child]) => child !== undefined)
}

/** A list of plain values is one value; items without keys are told apart by their place. */
function itemsOf(list: readonly unknown[], name: string): [Segment, unknown][] {
  const keys = listKeys(name, list)
  if (keys === 'set') return list.map((item) => [{ item }, item])
  if (keys === undefined) return list.every(isJson) ? list.map((item, index) => [{ index }, item]) : []
  return list.map((item) => {
    const values = item as Json
    return [{ keys: Object.fromEntries(keys.map((key) => [key, values[key] ?? keyDefaults[key]])) }, item]
  })
}

/** Finds the holder of a field: the map or list it is in, and its key or place there. */
function holderOf(object: object, text: string): { holder: Json | unknown[]; key: string | number } | undefined {
  const words = pathWords(text)
  let [node, name]: [unknown, string] = [object, '']
  for (const [index, word] of words.entries()) {
    const key = Array.isArray(node) ? placeOf(node, name, word) : word
    if (key === undefined || (!isJson(node) && !Array.isArray(node))) return undefined
    if (index === words.length - 1) return { holder: node, key }
    node = Array.isArray(node) ? node[key as number] : node[word]
    name = word
  }
  return undefined
}

function placeOf(list: readonly unknown[], name: string, word: string): number | undefined {
  const place = itemsOf(list, name).findIndex(([segment]) => typeof segment !== 'string' && itemText(segment) === word)
  return place === -1 ? undefined : place
}

/** As a JSON patch names it (RFC 6901). The field has to be there. */
export function pointerTo(object: object, text: string): string {
  const parent = parentOf(text)
  const key = holderOf(object, text)?.key ?? ''
  const above = parent === '' ? '' : pointerTo(object, parent)
  return `${above}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

export function valueAt(object: object, text: string): unknown {
  const found = holderOf(object, text)
  if (!found) return undefined
  return Array.isArray(found.holder) ? found.holder[found.key as number] : found.holder[found.key]
}

/** A copy without the field, and without maps and lists that are empty for want of it. */
export function withoutField<T extends object>(object: T, text: string): T {
  const copy = structuredClone(object)
  const found = holderOf(copy, text)
  if (!found) return copy
  if (Array.isArray(found.holder)) found.holder.splice(Number(found.key), 1)
  else Reflect.deleteProperty(found.holder, found.key)
  const isEmpty = Object.keys(found.holder).length === 0
  const parent = parentOf(text)
  return isEmpty && parent !== '' ? withoutField(copy, parent) : copy
}

/** A copy with the field; maps on the way are made, items of lists only when they exist or are the last step. */
export function withField<T extends object>(object: T, text: string, value: unknown): T {
  const copy = structuredClone(object)
  const found = holderOf(copy, text)
  if (found) {
    if (Array.isArray(found.holder)) found.holder[found.key as number] = value
    else found.holder[found.key] = value
    return copy
  }
  const parent = parentOf(text)
  if (parent === '') return copy
  const list = valueAt(copy, parent)
  if (Array.isArray(list)) {
    list.push(value)
    return copy
  }
  // What is wanted below a list that does not exist yet is an item of it.
  const word = pathWords(text).at(-1) ?? ''
  const isItem = isJson(value) && Object.values(value).some((one) => String(one) === word) && text.endsWith(`[${word}]`)
  return withField(copy, parent, isItem ? [value] : { [word]: value })
}

/** The path of what a field is in; empty for a field of the object itself. */
export function parentOf(text: string): string {
  const last = pathWords(text).at(-1) ?? ''
  const cut = text.endsWith(`[${last}]`) ? last.length + 2 : last.length + 1
  return text.slice(0, Math.max(0, text.length - cut))
}
