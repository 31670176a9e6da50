import { ConsoleError } from '#shared/errors.ts'
import { isMapping, valueAt, type Value, type Values } from './types.ts'

const placeholder = /\$\{(text:)?([A-Za-z][A-Za-z0-9.]*)\}/g
const wholePlaceholder = /^\$\{(text:)?([A-Za-z][A-Za-z0-9.]*)\}$/
/** A key that takes the entries of its mapping in. */
const entriesKey = '$entries'
/** A key that names values, as the annotation `when` does: without them its mapping is left out. */
const whenKey = '$when'
/** A key beside `$when` that holds what the mapping stands for, where that is no mapping. */
const valueKey = '$value'
const dropped = Symbol('dropped')

/** Values go into parsed manifests, so a value can never change their shape beyond its own place. See resources/manifests/README.md. */
export function fill(template: unknown, values: Values): unknown {
  const filled = fillNode(template, values)
  return filled === dropped ? undefined : filled
}

function fillNode(node: unknown, values: Values): unknown {
  if (typeof node === 'string') return fillText(node, values)
  if (Array.isArray(node)) {
    const items = node.map((item) => fillNode(item, values)).filter((item) => item !== dropped)
    return items.length === 0 && node.length > 0 ? dropped : items
  }
  if (typeof node !== 'object' || node === null) return node
  return fillMapping(node, values)
}

function fillMapping(node: object, values: Values): unknown {
  const { [whenKey]: when, ...rest } = node as Record<string, unknown>
  if (typeof when === 'string' && !isSet(values, when)) return dropped
  if (valueKey in rest) return fillNode(rest[valueKey], values)
  const { [entriesKey]: entries, ...own } = rest
  const taken = entries === undefined ? {} : fillNode(entries, values)
  const filled: Record<string, unknown> = isMapping(taken) ? { ...taken } : {}
  // After the entries: those may not replace what the manifest says.
  for (const [key, inner] of Object.entries(own)) {
    const value = fillNode(inner, values)
    if (value !== dropped) filled[key] = value
  }
  // What holds nothing any more is gone as well: `- name: ${pullSecret}` would leave an entry without a name.
  return Object.keys(filled).length === 0 && Object.keys(rest).length > 0 ? dropped : filled
}

/** Whether values are set. Paths are separated by commas, and all of them must be; `!` before a path: must not be. */
export function isSet(values: Values, paths: string): boolean {
  return paths.split(',').every((path) => {
    const isWanted = !path.startsWith('!')
    const value = valueOf(values, isWanted ? path : path.slice(1))
    return (!isEmpty(value) && value !== false && value !== 0) === isWanted
  })
}

function fillText(text: string, values: Values): unknown {
  const [, asText, path] = wholePlaceholder.exec(text) ?? []
  if (path === undefined)
    return text.replaceAll(placeholder, (_match, _asText, inner: string) => textOf(valueOf(values, inner), inner))
  const value = valueOf(values, path)
  if (isEmpty(value)) return dropped
  return asText === undefined ? structuredClone(value) : textOf(value, path)
}

const isEmpty = (value: Value) =>
  value === '' ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isMapping(value) && Object.keys(value).length === 0)

function textOf(value: Value, path: string): string {
  if (Array.isArray(value)) return value.map((item) => textOf(item, path)).join(',')
  if (isMapping(value))
    throw new ConsoleError('BAD_INPUT', `A manifest uses the value ${path} as a text, which it is not.`)
  return value === null ? '' : String(value)
}

function valueOf(values: Values, path: string): Value {
  const value = valueAt(values, path)
  if (value === undefined)
    throw new ConsoleError('BAD_INPUT', `A manifest asks for the value ${path}, which no profile gives.`)
  return value
}
