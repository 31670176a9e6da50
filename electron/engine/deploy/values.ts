import { z } from 'zod'

export type Values = Record<string, string | number>

/** The part of JSON Schema that values.schema.json uses; the loading fails on any other key, so nothing is passed over in silence. */
const property = z.strictObject({
  type: z.enum(['string', 'integer']).optional(),
  description: z.string().optional(),
  default: z.union([z.string(), z.number()]).optional(),
  pattern: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
})
const schema = z.object({ required: z.array(z.string()), properties: z.record(z.string(), property) })
export type ValuesSchema = z.infer<typeof schema>

export function schemaOf(json: unknown): ValuesSchema {
  return schema.parse(json)
}

/** One sentence per value that is missing, unknown or does not fit. */
export function valueFaults({ required, properties }: ValuesSchema, values: Values): string[] {
  const missing = required.filter((name) => values[name] === undefined).map((name) => `The value ${name} is missing.`)
  const wrong = Object.entries(values).flatMap(([name, value]) => {
    const rule = properties[name]
    if (!rule) return [`The value ${name} is not known.`]
    return fits(rule, value) ? [] : [`The value ${name} cannot be "${value}".`]
  })
  return [...missing, ...wrong]
}

function fits(rule: z.infer<typeof property>, value: string | number): boolean {
  if (rule.type === 'integer' && !Number.isInteger(value)) return false
  if (rule.type === 'string' && typeof value !== 'string') return false
  if (rule.enum && !rule.enum.includes(String(value))) return false
  if (rule.pattern !== undefined && !new RegExp(rule.pattern).test(String(value))) return false
  return typeof value === 'string' || (value >= (rule.minimum ?? -Infinity) && value <= (rule.maximum ?? Infinity))
}
