import type { ErrorObject } from 'ajv'
import type { ValueFault } from '#shared/contract/deploy.ts'
import { ConsoleError } from '#shared/errors.ts'
import { nearest } from './nearest.ts'
import { brokenRules } from './rules.ts'
import { describeValues, schemaErrors, type ValueDescription } from './schema.ts'
import { isMapping, overlay, type Bundle, type Value, type Values, type ValuesSchema } from './types.ts'
import { childPath, parentPath, readValuesText } from './valuesText.ts'

export interface CheckedValues {
  /** In the order of their lines. */
  faults: ValueFault[]
  known: ValueDescription[]
  /** The profile's values and over them the administrator's; to be used only when there are no faults. */
  values: Values
}

/**
 * Reads a values file over a profile. Asks no cluster, and never throws for what the text says.
 * @throws ConsoleError BAD_INPUT when there is no such profile
 */
export function checkValues(bundle: Bundle, profileId: string, text: string): CheckedValues {
  const profile = bundle.profiles.find(({ id }) => id === profileId)
  if (!profile) throw new ConsoleError('BAD_INPUT', `There is no profile ${profileId}.`)
  const known = describeValues(bundle.schema, profile.values)
  const read = readValuesText(text)
  const values = overlay(profile.values, read.values)
  const faults = [...read.faults]
  // A text that could not be read has nothing to compare with the schema.
  if (!faults.some(({ path }) => path === '')) {
    const paths = known.map(({ path }) => path)
    for (const error of schemaErrors(bundle.schema, values)) {
      const fault = faultOf(error, values, paths, read.lines)
      // The same value may break several rules; one sentence about it is enough.
      if (fault && !faults.some(({ path }) => path === fault.path)) faults.push(fault)
    }
  }
  // The rules count on the types.
  if (faults.length === 0)
    for (const { path, message } of brokenRules(values)) faults.push({ path, line: lineOf(path, read.lines), message })
  return { faults: faults.sort((one, other) => one.line - other.line), known, values }
}

function faultOf(
  error: ErrorObject,
  values: Values,
  known: string[],
  lines: ReadonlyMap<string, number>,
): ValueFault | undefined {
  if (error.keyword === 'if') return undefined
  const path = pathOf(error, values)
  return { path, line: lineOf(path, lines), message: sentence(error, path, known) }
}

/** Where a path stands, or the nearest that leads to it; 0 when the file says nothing about it. */
function lineOf(path: string, lines: ReadonlyMap<string, number>): number {
  for (let at = path; at !== ''; at = parentPath(at)) {
    const line = lines.get(at)
    if (line !== undefined) return line
  }
  return 0
}

/** The path of what is wrong: for a key too many or too few, the path that it has or would have. */
function pathOf(error: ErrorObject, values: Values): string {
  const parameters = error.params as { additionalProperty?: string; missingProperty?: string }
  let path = ''
  let at: Value | undefined = values
  for (const token of error.instancePath.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    path = childPath(path, Array.isArray(at) ? Number(key) : key)
    at = Array.isArray(at) ? at[Number(key)] : isMapping(at) ? at[key] : undefined
  }
  const extra = parameters.additionalProperty ?? parameters.missingProperty
  return extra === undefined ? path : childPath(path, extra)
}

const typeNames: Record<string, string> = {
  string: 'a text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
}

const setByDeployment = new Set(['namespace', 'version', 'release'])

function sentence(error: ErrorObject, path: string, known: string[]): string {
  const parameters = error.params as Record<string, unknown>
  const schema = (error.parentSchema ?? {}) as ValuesSchema
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(parameters['additionalProperty'])
      if (setByDeployment.has(path)) return `"${path}" is chosen for each deployment and stands in no values file.`
      const meant = nearest(path, key, Object.keys(schema.properties ?? {}), known)
      return `There is no value "${path}".${meant === undefined ? '' : ` Did you mean "${meant}"?`}`
    }
    case 'required':
      return `"${path}" is missing.`
    case 'type': {
      const quotes = schema.type === 'string' && isPlain(error.data) ? ` Put it in quotes.` : ''
      return `"${path}" must be ${typeNames[schema.type ?? ''] ?? String(schema.type)}, and is ${shown(error.data)}.${quotes}`
    }
    case 'enum':
      return `"${path}" must be one of ${(schema.enum ?? []).join(', ')}, and is ${shown(error.data)}.`
    case 'minLength':
      return `"${path}" must not be empty${schema.says === undefined ? '' : `: it must be ${schema.says}`}.`
    default:
      return schema.says === undefined
        ? `"${path}" ${error.message ?? 'does not match'}, and is ${shown(error.data)}.`
        : `"${path}" must be ${schema.says}, and is ${shown(error.data)}.`
  }
}

const isPlain = (value: unknown) => typeof value === 'number' || typeof value === 'boolean'

/** A value as a person reads it: short, and without characters that a terminal would act on. */
function shown(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
