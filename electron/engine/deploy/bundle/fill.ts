import { ConsoleError } from '#shared/errors.ts'
import { isMapping, valueAt, type Value, type Values } from './types.ts'

const placeholder = /\$\{(text:)?([A-Za-z][A-Za-z0-9.]*)\}/g
const wholePlaceholder = /^\$\{(text:)?([A-Za-z][A-Za-z0-9.]*)\}$/
/** A key that takes the entries of a mapping in. */
const spread = '...'
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
  const filled: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(node)) {
    const value = fillNode(inner, values)
    if (key === spread) Object.assign(filled, isMapping(value) ? value : {})
    else if (value !== dropped) filled[key] = value
  }
  // What holds nothing any more is gone as well: `- name: ${pullSecret}` would leave an entry without a name.
  return Object.keys(filled).length === 0 && Object.keys(node).length > 0 ? dropped : filled
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
  if (typeof value === 'object' && value !== null)
    throw new ConsoleError('BAD_INPUT', `A manifest uses the value ${path} as a text, which it is not.`)
  return value === null ? '' : String(value)
}

function valueOf(values: Values, path: string): Value {
  const value = valueAt(values, path)
  if (value === undefined)
    throw new ConsoleError('BAD_INPUT', `A manifest asks for the value ${path}, which no profile gives.`)
  return value
}
