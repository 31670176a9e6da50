import type { ResourceRow } from '../../store/resources.ts'
import { fieldsOf, type FieldType } from './types.ts'

export interface FieldReport {
  /** `unknown field "spec.replica"`, in the order found. */
  problems: string[]
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const nameInGo = (value: unknown): string => {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'object' ? 'object' : typeof value
}

/** A value that does not decode into its field, in the words of Go's decoder. */
export class WrongType extends Error {
  override readonly name = 'WrongType'
}

/** `V1PodSpec` as Go names the struct. */
const goStruct = (model: string): string => model.replace(/^.*?V\d+((alpha|beta)\d+)?(?=[A-Z])/, '')

const goVersion = (model: string): string => (/V\d+((alpha|beta)\d+)?(?=[A-Z])/.exec(model)?.[0] ?? '').toLowerCase()

function goType(type: FieldType): string {
  switch (type.kind) {
    case 'list':
      return `[]${goType(type.item)}`
    case 'map':
      return `map[string]${goType(type.item)}`
    case 'struct':
      return `${goVersion(type.model)}.${goStruct(type.model)}`
    case 'any':
      return 'runtime.RawExtension'
    case 'scalar':
      if (type.scalar === 'boolean') return 'bool'
      if (type.scalar === 'integer') return type.format
      return type.scalar === 'number' ? 'float64' : 'string'
  }
}

/** Go names the fields on the way and leaves out which item it was. */
const goPath = (path: string): string => path.replace(/\[\d+\]/g, '')

/** Quantities are strings that may be written as numbers; these maps hold them. */
const quantityMaps = new Set(['limits', 'requests', 'capacity', 'allocatable', 'hard', 'used', 'default', 'defaultRequest', 'max', 'min', 'overhead']) // prettier-ignore

/**
 * Walks an object by its kind's fields. Removes what the kind does not have, as a server does, and reports it; turns quantities
 * written as numbers into strings.
 * @throws WrongType for a value that cannot be decoded into its field
 */
export function checkFields(row: ResourceRow, object: Record<string, unknown>): FieldReport {
  const report: FieldReport = { problems: [] }

  /** The struct that holds the field being looked at, as Go names it. */
  let holder = row.kind
  const refuse = (path: string, value: unknown, expected: string) =>
    new WrongType(
      `json: cannot unmarshal ${nameInGo(value)} into Go ${path === '' ? 'value' : `struct field ${holder}.${goPath(path)}`} of type ${expected}`,
    )

  const walk = (value: unknown, type: FieldType, path: string): unknown => {
    if (value === null || value === undefined) return value
    switch (type.kind) {
      case 'any':
        return value
      case 'list':
        if (!Array.isArray(value)) throw refuse(path, value, goType(type))
        return value.map((item, index) => walk(item, type.item, `${path}[${index}]`))
      case 'map':
        if (!isRecord(value)) throw refuse(path, value, goType(type))
        return walkMap(value, type.item, path)
      case 'struct':
        if (!isRecord(value)) throw refuse(path, value, goType(type))
        return walkStruct(value, type.model, path)
      case 'scalar':
        return checkScalar(value, type, path)
    }
  }

  const walkMap = (value: Record<string, unknown>, item: FieldType, path: string) => {
    const quantities = quantityMaps.has(path.slice(path.lastIndexOf('.') + 1))
    for (const [key, child] of Object.entries(value)) {
      value[key] = quantities && typeof child === 'number' ? String(child) : walk(child, item, `${path}.${key}`)
    }
    return value
  }

  const walkStruct = (value: Record<string, unknown>, model: string, path: string) => {
    const fields = fieldsOf(model)
    if (fields.size === 0) return value
    for (const [key, child] of Object.entries(value)) {
      const childPath = path === '' ? key : `${path}.${key}`
      const type = fields.get(key)
      holder = goStruct(model)
      if (type === undefined) {
        report.problems.push(`unknown field "${childPath}"`)
        Reflect.deleteProperty(value, key)
      } else if (child === null) Reflect.deleteProperty(value, key)
      else value[key] = walk(child, type, childPath)
    }
    return value
  }

  const checkScalar = (value: unknown, type: FieldType & { kind: 'scalar' }, path: string) => {
    const actual = typeof value
    switch (type.scalar) {
      case 'string':
      case 'date':
        // A single quantity (`averageValue: 5`, `sizeLimit: 1`) may be a number too.
        if (actual === 'number' && /(averageValue|value|sizeLimit|divisor)$/i.test(path)) return String(value)
        if (actual !== 'string') throw refuse(path, value, 'string')
        return value
      case 'boolean':
        if (actual !== 'boolean') throw refuse(path, value, 'bool')
        return value
      case 'intOrString':
        if (actual !== 'string' && actual !== 'number') throw refuse(path, value, 'intstr.IntOrString')
        return value
      case 'integer':
        if (actual !== 'number' || !Number.isInteger(value)) throw refuse(path, value, type.format)
        return value
      case 'number':
        if (actual !== 'number') throw refuse(path, value, 'float64')
        return value
    }
  }

  walk(object, { kind: 'struct', model: row.model }, '')
  return report
}
