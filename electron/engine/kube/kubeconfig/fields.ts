import { KubeconfigFault } from './fault.ts'
import { kindNames, type Value } from './value.ts'
import { isBase64 } from './yaml.ts'

/**
 * The fields of one mapping of a kubeconfig, each read as the type that it has in Kubernetes. As kubectl's JSON: names are case-sensitive, unknown
 * ones are passed over, null is absent, and a value of another type is a fault of the whole file.
 */
export class Fields {
  readonly line: number
  readonly #fields: ReadonlyMap<string, Value>
  readonly #path: string

  /** @throws KubeconfigFault when the value is no mapping */
  constructor(value: Value | undefined, path: string, line: number) {
    if (value && value.kind !== 'map' && value.kind !== 'null') throw wrong(path, 'a mapping', value)
    this.#fields = value?.kind === 'map' ? value.fields : new Map()
    this.line = value?.line ?? line
    this.#path = path
  }

  get names(): string[] {
    return [...this.#fields.keys()]
  }

  get(name: string): Value | undefined {
    return this.#fields.get(name)
  }

  /** Empty text counts as absent, as everywhere in kubectl. */
  text(name: string): string | undefined {
    const value = this.get(name)
    return value ? textOf(value, this.#at(name)) || undefined : undefined
  }

  flag(name: string): boolean {
    const value = this.get(name)
    if (!value || value.kind === 'null') return false
    if (value.kind !== 'flag') throw wrong(this.#at(name), 'true or false', value)
    return value.value
  }

  /** Decoded base64; absent when empty. */
  bytes(name: string): Buffer | undefined {
    const value = this.get(name)
    if (value?.kind === 'list') return Buffer.from(value.items.map((item) => byteOf(item, this.#at(name))))
    const digits = this.text(name)?.replace(/[\r\n]/g, '')
    if (digits === undefined || digits === '') return undefined
    if (!isBase64(digits))
      throw new KubeconfigFault(
        `${this.#at(name)} is not valid base64. Copy it again, or write it with base64 -w0.`,
        value?.line ?? this.line,
      )
    return Buffer.from(digits, 'base64')
  }

  texts(name: string): string[] {
    return this.#list(name, 'a list of texts').map((item) => textOf(item, this.#at(name)))
  }

  textMap(name: string): Record<string, string> {
    const fields = this.map(name)
    return Object.fromEntries(fields?.names.map((key) => [key, fields.text(key) ?? '']) ?? [])
  }

  textsMap(name: string): Record<string, string[]> {
    const fields = this.map(name)
    return Object.fromEntries(fields?.names.map((key) => [key, fields.texts(key)]) ?? [])
  }

  /** Undefined when absent or null. */
  map(name: string): Fields | undefined {
    const value = this.get(name)
    return value && value.kind !== 'null' ? new Fields(value, this.#at(name), this.line) : undefined
  }

  /** Each item of a list of mappings. */
  maps(name: string): Fields[] {
    const items = this.#list(name, 'a list')
    return items.map((item, index) => new Fields(item, `${this.#at(name)}[${index}]`, this.line))
  }

  #list(name: string, what: string): readonly Value[] {
    const value = this.get(name)
    if (!value || value.kind === 'null') return []
    if (value.kind !== 'list') throw wrong(this.#at(name), what, value)
    return value.items
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`
  }
}

function textOf(value: Value, path: string): string {
  if (value.kind === 'null') return ''
  if (value.kind === 'text') return value.value
  const isBare = value.kind === 'number' || value.kind === 'flag'
  throw wrong(path, 'text', value, isBare ? ' Put it in quotes.' : '')
}

function byteOf(value: Value, path: string): number {
  const byte = value.kind === 'number' ? Number(value.value) : NaN
  if (!Number.isInteger(byte) || byte < 0 || byte > 255) throw wrong(path, 'base64', value)
  return byte
}

function wrong(path: string, wanted: string, value: Value, remedy = ''): KubeconfigFault {
  return new KubeconfigFault(`${path} must be ${wanted}, and is ${kindNames[value.kind]}.${remedy}`, value.line)
}
