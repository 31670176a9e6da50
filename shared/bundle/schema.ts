import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { stringify } from 'yaml'
import type { z } from 'zod'
import type { valueDescription } from '#shared/contract/deploy.ts'
import { isMapping, type Value, type Values, type ValuesSchema } from './types.ts'

export type ValueDescription = z.infer<typeof valueDescription>

const validators = new WeakMap<ValuesSchema, ValidateFunction>()

/** Strict: a keyword that the validator does not know fails, so nothing in the schema is passed over in silence. */
export function schemaErrors(schema: ValuesSchema, values: unknown): ErrorObject[] {
  let validate = validators.get(schema)
  if (!validate) {
    const ajv = new Ajv({ allErrors: true, verbose: true, strict: true })
    ajv.addKeyword('says')
    validate = ajv.compile(schema)
    validators.set(schema, validate)
  }
  return validate(values) ? [] : (validate.errors ?? [])
}

/** Follows a reference within the schema. */
export function resolved(root: ValuesSchema, schema: ValuesSchema): ValuesSchema {
  const name = /^#\/definitions\/(.+)$/.exec(schema.$ref ?? '')?.[1]
  const target = name === undefined ? undefined : root.definitions?.[name]
  // What is said beside the reference is about this use of it.
  return target ? { ...target, ...(schema.description !== undefined && { description: schema.description }) } : schema
}

/** Everything that may be written, in the schema's order, with what the profile says. */
export function describeValues(root: ValuesSchema, profile: Values): ValueDescription[] {
  const described: ValueDescription[] = []
  const walk = (at: ValuesSchema, value: Value | undefined, path: string) => {
    for (const [key, property] of Object.entries(at.properties ?? {})) {
      const schema = resolved(root, property)
      const own = path === '' ? key : `${path}.${key}`
      const inner = isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined
      if (schema.properties) walk(schema, inner, own)
      else
        described.push({
          path: own,
          type: typeText(root, schema),
          description: schema.description ?? '',
          standard: inner === undefined ? '' : stringify(inner, { lineWidth: 0 }).trimEnd(),
        })
    }
  }
  walk(root, profile, '')
  return described
}

function typeText(root: ValuesSchema, schema: ValuesSchema): string {
  if (schema.enum) return schema.enum.join(' | ')
  if (schema.type === 'array' && schema.items) return `list of ${typeText(root, resolved(root, schema.items))}`
  if (schema.type === 'object') return 'mapping'
  return schema.type === 'string' ? 'text' : (schema.type ?? 'any')
}
