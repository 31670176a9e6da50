import { badRequest } from '../errors.ts'
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

/** Quantities are strings that may be written as numbers; these maps hold them. */
const quantityMaps = new Set(['limits', 'requests', 'capacity', 'allocatable', 'hard', 'used', 'default', 'defaultRequest', 'max', 'min', 'overhead']) // prettier-ignore

/**
 * Walks an object by its kind's fields. Removes what the kind does not have, as a server does, and reports it; turns quantities
 * written as numbers into strings. A value of the wrong type is a 400, as it cannot be decoded.
 */
export function checkFields(row: ResourceRow, object: Record<string, unknown>): FieldReport {
  const report: FieldReport = { problems: [] }

  const refuse = (path: string, value: unknown, expected: string) =>
    badRequest(
      `${row.kind} in version "${row.version}" cannot be handled as a ${row.kind}: json: cannot unmarshal ` +
        `${nameInGo(value)} into Go struct field ${row.kind}${path === '' ? '' : `.${path}`} of type ${expected}`,
    )

  const walk = (value: unknown, type: FieldType, path: string): unknown => {
    if (value === null || value === undefined) return value
    switch (type.kind) {
      case 'any':
        return value
      case 'list':
        if (!Array.isArray(value)) throw refuse(path, value, '[]object')
        return value.map((item, index) => walk(item, type.item, `${path}[${index}]`))
      case 'map':
        if (!isRecord(value)) throw refuse(path, value, 'map[string]object')
        return walkMap(value, type.item, path)
      case 'struct':
        if (!isRecord(value)) throw refuse(path, value, type.model.replace(/^.*?V\d+/, `${row.version}.`))
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
