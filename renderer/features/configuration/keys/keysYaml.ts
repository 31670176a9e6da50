import { isMap, isScalar, parseDocument, stringify, type Document } from 'yaml'
import type { EditorFault } from '../../../kit/index.ts'
import { lineAt, mostAliases, yamlFaults } from '../yamlFaults.ts'

/** What Kubernetes accepts as a key of a ConfigMap or Secret. */
export const keyPattern = /^[-._a-zA-Z0-9]{1,253}$/

export type Values = ReadonlyMap<string, string>

// Every scalar is the text that stands there: 08080 and yes are what people mean by them.
const parse = (text: string) => parseDocument(text, { schema: 'failsafe', uniqueKeys: true })

/** Reads the YAML of a ConfigMap's data, aliases resolved. */
export function readData(text: string): { values: Map<string, string>; faults: EditorFault[] } {
  const document = parse(text)
  const faults = yamlFaults(document, text)
  const values = new Map<string, string>()
  if (faults.length > 0 || document.contents === null) return { values, faults }
  if (!isMap(document.contents)) {
    const isNothing = isScalar(document.contents) && document.contents.value === ''
    return { values, faults: isNothing ? [] : [{ line: 1, message: 'Write one key a line, as LOG_LEVEL: info.' }] }
  }
  const content = document.toJS({ maxAliasCount: mostAliases, mapAsMap: true }) as Map<unknown, unknown>
  const lines = linesOf(document, text)
  for (const [key, value] of content) {
    const line = lines.get(key) ?? 0
    if (typeof key !== 'string' || !keyPattern.test(key) || key === '__proto__') {
      faults.push({ line, message: `${String(key)} cannot be a key: letters, digits, dots, dashes and underscores.` })
    } else if (typeof value !== 'string') {
      faults.push({ line, message: `The value of ${key} must be text. Write a block after ${key}: |` })
    } else values.set(key, value)
  }
  return { values, faults }
}

/** Where each key stands. */
function linesOf(document: Document.Parsed, text: string): Map<unknown, number> {
  if (!isMap(document.contents)) return new Map()
  return new Map(
    document.contents.items.map(({ key }) =>
      isScalar(key) ? [key.value, lineAt(text, key.range?.[0] ?? 0)] : [key, 0],
    ),
  )
}

/** The YAML of these values, which reads back as exactly these. */
export function yamlOfValues(values: Values): string {
  if (values.size === 0) return ''
  const text = stringify(values, { lineWidth: 0 })
  if (isSame(readData(text).values, values)) return text
  // A block of nothing but spaces does not read back as it was.
  return stringify(values, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })
}

/** The typed text with its keys brought to these values; comments and order stay. */
export function writtenData(typed: string, values: Values): string {
  const document = parse(typed)
  if (yamlFaults(document, typed).length > 0 || !isMap(document.contents)) return yamlOfValues(values)
  const earlier = readData(typed).values
  for (const key of earlier.keys()) if (!values.has(key)) document.delete(key)
  for (const [key, value] of values) {
    if (earlier.get(key) !== value) document.set(key, value)
  }
  const text = document.toString({ lineWidth: 0 })
  // A value that others repeat by an alias, or one that its style cannot hold, is written afresh.
  return isSame(readData(text).values, values) ? text : yamlOfValues(values)
}

function isSame(one: Values, other: Values): boolean {
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value)
}
