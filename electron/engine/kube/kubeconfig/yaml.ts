import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  Scalar,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'
import { KubeconfigFault } from './fault.ts'
import { readScalar } from './scalar.ts'
import { kindNames, type Value } from './value.ts'

export interface YamlFile {
  root: Value
  /** Keys that stand in one mapping more than once: the last one holds. */
  repeated: { key: string; line: number }[]
}

/**
 * The first document of a YAML text as kubectl reads it: YAML 1.1 by the rules of Go's library, merge keys included; a key given twice keeps
 * its last value.
 * @throws KubeconfigFault for what kubectl refuses to parse
 */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter()
  const options = {
    lineCounter: lines,
    logLevel: 'silent',
    schema: 'failsafe',
    uniqueKeys: false,
    keepSourceTokens: true,
  } as const
  const documents = parseAllDocuments(firstDocument(text), options)
  const [document] = Array.isArray(documents) ? documents : []
  if (!document) return { root: { kind: 'null', line: 1 }, repeated: [] }
  const fault = document.errors[0]
  if (fault) throw invalid(fault.message.split('\n')[0] ?? '', fault.linePos?.[0].line ?? 1)
  const { explicit, version } = document.directives?.yaml ?? {}
  if (explicit && version !== '1.1') throw invalid(`%YAML ${version} is not supported by kubectl, only 1.1 is`, 1)
  return new Reader(document, lines).read()
}

/** What follows the end of a document is not read, whatever it is. */
function firstDocument(text: string): string {
  const end = /\n\.\.\.(?=\s|$)/.exec(text)
  return end ? text.slice(0, end.index + 1) : text
}

const invalid = (what: string, line: number): KubeconfigFault => new KubeconfigFault(`not valid YAML: ${what}`, line)

/** Values below which aliases may repeat as they like; Go's own figures. */
const fewAliased = 100
const fewValues = 1000

class Reader {
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #repeated: YamlFile['repeated'] = []
  /** Anchored nodes being read: one that contains itself has no end. */
  readonly #open = new Set<Node>()
  #values = 0
  #aliased = 0
  #depthOfAliases = 0

  constructor(document: Document, lines: LineCounter) {
    this.#document = document
    this.#lines = lines
  }

  read(): YamlFile {
    return { root: this.#value(this.#document.contents), repeated: this.#repeated }
  }

  #line(node: { range?: [number, number, number] | null } | null): number {
    return node?.range ? Math.max(1, this.#lines.linePos(node.range[0]).line) : 1
  }

  #value(node: unknown, line = 1): Value {
    this.#count(line)
    if (isAlias(node)) return this.#alias(node)
    if (isScalar(node)) return this.#scalar(node)
    if (isSeq(node)) {
      const at = this.#line(node)
      return { kind: 'list', line: at, items: node.items.map((item) => this.#value(item, at)) }
    }
    if (isMap(node)) return this.#map(node)
    return { kind: 'null', line }
  }

  /** A few lines of aliases of aliases can stand for more values than fit in memory; Go's library stops at these figures. */
  #count(line: number): void {
    this.#values += 1
    if (this.#depthOfAliases > 0) this.#aliased += 1
    const isMany = this.#aliased > fewAliased && this.#values > fewValues
    if (isMany && this.#aliased / this.#values > allowedShare(this.#values))
      throw invalid('the document contains excessive aliasing', line)
  }

  #alias(node: Alias): Value {
    const line = this.#line(node)
    const target = node.resolve(this.#document)
    if (!target) throw invalid(`unknown anchor "${node.source}"`, line)
    if (this.#open.has(target)) throw invalid(`the anchor "${node.source}" contains itself`, line)
    this.#open.add(target)
    this.#depthOfAliases += 1
    const value = this.#value(target, line)
    this.#depthOfAliases -= 1
    this.#open.delete(target)
    return value
  }

  #scalar(node: Scalar): Value {
    const line = this.#line(node)
    const source = node.source ?? ''
    const isPlain = node.type === undefined || node.type === Scalar.PLAIN
    // JSON and YAML 1.2 have this escape, YAML 1.1 does not.
    if (node.type === Scalar.QUOTE_DOUBLE && /(?<!\\)(\\\\)*\\\//.test(sourceOf(node)))
      throw invalid('the escape \\/ in double quotes is not supported by kubectl: write /', line)
    const tag = node.tag
    if (tag === 'tag:yaml.org,2002:binary') return { kind: 'text', line, value: binary(source, line) }
    if (tag === undefined ? !isPlain : !typed.has(tag)) return { kind: 'text', line, value: source }
    const read = readScalar(source)
    const isAsTagged = tag === undefined || typed.get(tag)?.includes(read.kind)
    if (!isAsTagged) throw invalid(`${JSON.stringify(source)} is not of the type that its tag names`, line)
    if (read.kind === 'number' && !read.isFinite) throw invalid(`${source} has no value in JSON`, line)
    return { ...read, line }
  }

  #map(node: YAMLMap): Value {
    const line = this.#line(node)
    const fields = new Map<string, Value>()
    const own = new Set<string>()
    for (const pair of node.items) {
      if (isMergeKey(pair)) {
        for (const [key, value] of this.#merged(pair.value as Node | null, line)) fields.set(key, value)
        continue
      }
      const at = this.#line(pair.key as Node | null)
      const key = this.#key(pair.key, at)
      if (own.has(key)) this.#repeated.push({ key, line: at })
      own.add(key)
      fields.set(key, this.#value(pair.value, at))
    }
    return { kind: 'map', line, fields }
  }

  #key(node: unknown, line: number): string {
    const key = this.#value(node, line)
    if (key.kind === 'text' || key.kind === 'number') return key.value
    if (key.kind === 'flag') return String(key.value)
    throw invalid(`${kindNames[key.kind]} cannot be a key`, line)
  }

  /** `<<: *base` or `<<: [*first, *second]`, where the first holds. */
  #merged(node: Node | null, line: number): ReadonlyMap<string, Value> {
    const value = this.#value(node, line)
    const parts = value.kind === 'list' ? value.items.toReversed() : [value]
    const fields = new Map<string, Value>()
    for (const part of parts) {
      if (part.kind !== 'map') throw invalid('a merge key (<<) needs a mapping or a list of mappings', part.line)
      for (const [key, own] of part.fields) fields.set(key, own)
    }
    return fields
  }
}

/** Quoted text as it stands in the file. */
const sourceOf = ({ srcToken }: Scalar): string => (srcToken && 'source' in srcToken ? srcToken.source : '')

/** Which kinds a tag allows. A tag of any other name leaves text as it stands. */
const typed = new Map<string, readonly Value['kind'][]>([
  ['tag:yaml.org,2002:bool', ['flag']],
  ['tag:yaml.org,2002:int', ['number']],
  ['tag:yaml.org,2002:float', ['number']],
  ['tag:yaml.org,2002:null', ['null']],
])

function allowedShare(values: number): number {
  return values <= 400_000 ? 0.99 : values >= 4_000_000 ? 0.1 : 0.99 - (0.89 * (values - 400_000)) / 3_600_000
}

const isMergeKey = ({ key }: Pair): boolean =>
  isScalar(key) && key.source === '<<' && (key.type === Scalar.PLAIN || key.tag === 'tag:yaml.org,2002:merge')

function binary(source: string, line: number): string {
  const digits = source.replace(/[\r\n]/g, '')
  if (!isBase64(digits)) throw invalid('!!binary is not valid base64', line)
  return Buffer.from(digits, 'base64').toString('utf8')
}

/** Standard base64 with its padding, as Go reads it; line ends are passed over. */
export function isBase64(digits: string): boolean {
  return digits.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(digits)
}
