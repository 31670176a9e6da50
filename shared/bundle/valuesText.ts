import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type ParsedNode } from 'yaml'
import type { ValueFault } from '#shared/contract/deploy.ts'
import type { Value, Values } from './types.ts'

/** Deeper than any value lies; a text that continues and on is a mistake or an attack. */
const deepest = 20
/** Characters. The contract refuses longer ones, too. */
const longest = 200_000

export interface ValuesText {
  values: Values
  faults: ValueFault[]
  /** Line (1-based) of every value by its path. */
  lines: ReadonlyMap<string, number>
}

const simpleKey = /^[A-Za-z0-9_-]+$/

/** `a.b[0]["x.y"]`: how people write a path. */
export function childPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  if (!simpleKey.test(key)) return `${path}[${JSON.stringify(key.slice(0, 60))}]`
  return path === '' ? key : `${path}.${key}`
}

export const parentPath = (path: string) => path.replace(/(^|\.)[A-Za-z0-9_-]+$|\[(\d+|"(\\.|[^"\\])*")\]$/, '')

/** Reads the administrator's YAML and remembers where everything stands. Never throws: what is wrong is among the faults. */
export function readValuesText(text: string): ValuesText {
  const refused = (message: string, line = 1): ValuesText => ({
    values: {},
    faults: [{ path: '', line, message }],
    lines: new Map(),
  })
  if (text.length > longest) return refused(`The text is longer than ${longest} characters.`)
  const counter = new LineCounter()
  const documents = parsed(text, counter)
  if (documents === undefined) return refused('The text is nested too deeply.')
  const [document, second] = documents
  if (document === undefined) return { values: {}, faults: [], lines: new Map() }
  const errors = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])
  if (errors.length > 0) {
    // The parser calls itself for each level of nesting, and says so in its own words.
    if (errors.some(({ message }) => message.includes('call stack'))) return refused('The text is nested too deeply.')
    const faults = errors.map(({ message, pos }) => ({ path: '', line: counter.linePos(pos[0]).line, message }))
    // One mistake makes the parser stumble again and again.
    return { values: {}, faults: faults.slice(0, 10), lines: new Map() }
  }
  if (second !== undefined) {
    const line = counter.linePos(second.range[0]).line
    return refused('There must be one document alone: take out the line "---".', line)
  }
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null))
    return { values: {}, faults: [], lines: new Map() }
  if (!isMap(contents))
    return refused(
      'The text must be a mapping such as "storage: { database: 20Gi }".',
      counter.linePos(contents.range[0]).line,
    )
  return new Reader(counter).read(contents)
}

function parsed(text: string, lineCounter: LineCounter): Document.Parsed[] | undefined {
  // Keys that stand twice are found by the reader, which knows their path.
  const options = { lineCounter, prettyErrors: false, uniqueKeys: false, version: '1.2', schema: 'core' } as const
  try {
    const documents = parseAllDocuments(text, options)
    return Array.isArray(documents) ? documents : []
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

class Reader {
  readonly #counter: LineCounter
  readonly #faults: ValueFault[] = []
  readonly #lines = new Map<string, number>()

  constructor(counter: LineCounter) {
    this.#counter = counter
  }

  read(contents: ParsedNode): ValuesText {
    const values = this.#value(contents, '', 0) as Values
    return { values, faults: this.#faults, lines: this.#lines }
  }

  #value(node: ParsedNode | null, path: string, depth: number): Value {
    if (node === null) return null
    if (depth > deepest) return this.#fault(node, path, 'This is nested too deeply.')
    if (isAlias(node))
      return this.#fault(node, path, 'Aliases (*name) are not read here: write the value again where it is needed.')
    if (isScalar(node)) return scalar(node.value)
    if (isSeq(node)) return node.items.map((item, index) => this.#item(item, childPath(path, index), depth))
    return this.#mapping(node, path, depth)
  }

  #item(item: ParsedNode, path: string, depth: number): Value {
    this.#lines.set(path, this.#line(item))
    return this.#value(item, path, depth + 1)
  }

  #mapping(node: Extract<ParsedNode, { items: { key: unknown }[] }>, path: string, depth: number): Values {
    const values: Values = {}
    for (const { key, value } of node.items) {
      if (!isScalar(key) || typeof key.value !== 'string') {
        this.#fault(key, path, 'A key must be a plain word. Put it in quotes if it looks like a number.')
        continue
      }
      const own = childPath(path, key.value)
      if (key.value === '__proto__') this.#fault(key, own, `There is no value "${own}".`)
      else if (Object.hasOwn(values, key.value))
        this.#fault(key, own, `"${own}" stands here twice; the first is in line ${this.#lines.get(own) ?? 0}.`)
      else {
        this.#lines.set(own, this.#line(key))
        values[key.value] = this.#value(value, own, depth + 1)
      }
    }
    return values
  }

  #line(node: ParsedNode): number {
    return this.#counter.linePos(node.range[0]).line
  }

  #fault(node: ParsedNode, path: string, message: string): null {
    this.#faults.push({ path, line: this.#line(node), message })
    return null
  }
}

function scalar(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return value === null || value === undefined ? null : JSON.stringify(value)
}
