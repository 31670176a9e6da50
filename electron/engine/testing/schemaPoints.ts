import { z } from 'zod'

type Schema = z.core.$ZodType

/**
 * The optional fields and values of enumerations that a schema can have; a schema that several calls share is named by the first of
 * them: `backups.watch.backups[].undoUntil?`, `tasks.watch[].state=running`.
 */
export interface Points {
  names: Set<string>
  /** Names of the optional fields of an object, and of the values of an enumeration. */
  of: Map<Schema, Map<string, string>>
}

export function pointsOf(outputs: ReadonlyMap<string, Schema>): Points {
  const points: Points = { names: new Set(), of: new Map() }
  const visited = new Set<Schema>()
  const visit = (schema: Schema, path: string): void => {
    if (visited.has(schema)) return
    visited.add(schema)
    const own = new Map(ownPoints(schema).map(([key, suffix]) => [key, path + suffix]))
    if (own.size > 0) points.of.set(schema, own)
    for (const name of own.values()) points.names.add(name)
    for (const [inner, suffix] of parts(schema)) visit(inner, path + suffix)
  }
  for (const [call, schema] of outputs) visit(schema, call)
  return points
}

/** The names of what a value fills. */
export function pointsSeen(schema: Schema, value: unknown, points: Points): string[] {
  const names: string[] = []
  const visit = (each: Schema, item: unknown): void => {
    if (item === undefined || item === null) return
    const own = points.of.get(each)
    if (own) {
      for (const [key, name] of own) {
        if (typeof item === 'object' ? (item as Record<string, unknown>)[key] !== undefined : same(item, key))
          names.push(name)
      }
    }
    for (const [inner, _suffix, take] of parts(each)) for (const part of take(item)) visit(inner, part)
  }
  visit(schema, value)
  return names
}

function ownPoints(schema: Schema): [key: string, suffix: string][] {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<Schema>(schema.shape)
    return fields.filter(([, field]) => field instanceof z.ZodOptional).map(([key]) => [key, `.${key}?`])
  }
  if (schema instanceof z.ZodEnum) return schema.options.map((value) => [String(value), `=${value}`])
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => [String(value), `=${String(value)}`])
  return []
}

/** Keys of enumerations are text; values may be numbers or booleans. */
const same = (value: unknown, key: string): boolean =>
  (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') && String(value) === key

/** The schemas inside of one, what their names add, and the parts of a value that they are for. */
function parts(schema: Schema): [inner: Schema, suffix: string, take: (value: unknown) => unknown[]][] {
  const itself = (value: unknown) => [value]
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.shape as Record<string, Schema>).map(([key, field]) => [
      field,
      `.${key}`,
      (value) => [(value as Record<string, unknown>)[key]],
    ])
  }
  if (schema instanceof z.ZodArray) return [[schema.element, '[]', (value) => value as unknown[]]]
  if (schema instanceof z.ZodRecord)
    return [[schema.valueType, '{}', (value) => Object.values(value as Record<string, unknown>)]]
  if (schema instanceof z.ZodTuple) {
    return schema.def.items.map((item, index) => [item, `[${index}]`, (value) => [(value as unknown[])[index]]])
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.map((option, index) => [
      option,
      variantName(option, index),
      (value) => (z.safeParse(option, value).success ? [value] : []),
    ])
  }
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  ) {
    return [[schema.def.innerType, '', itself]]
  }
  if (schema instanceof z.ZodLazy) return [[schema.def.getter(), '', itself]]
  if (schema instanceof z.ZodPipe) return [[schema.def.out, '', itself]]
  if (schema instanceof z.ZodIntersection)
    return [
      [schema.def.left, '', itself],
      [schema.def.right, '', itself],
    ]
  return []
}

/** A variant of a discriminated union goes by its literals: their points name it. */
function variantName(option: Schema, index: number): string {
  if (!(option instanceof z.ZodObject)) return ''
  const literal = Object.values(option.shape as Record<string, Schema>).find((field) => field instanceof z.ZodLiteral)
  return literal ? `<${[...literal.values].join('|')}>` : `<${index}>`
}
