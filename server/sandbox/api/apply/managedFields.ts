import { now } from '../../store/metadata.ts'
import { isJson, type Json } from '../json.ts'
import { compareFields, fromFieldsV1, minus, toFieldsV1, union, type FieldSet } from './fieldSet.ts'

export interface Manager {
  name: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  /** `status`, `scale` or nothing. */
  subresource?: string
}

export interface Ownership extends Manager {
  time: string
  fields: FieldSet
}

const longestManagerName = 128

/** The manager of a request: `fieldManager`, or the first word of the user agent as every API server falls back to. */
export function managerName(query: URLSearchParams, userAgent: string | undefined): string {
  const named = query.get('fieldManager') ?? ''
  return (named === '' ? (userAgent?.split('/')[0] ?? 'unknown') : named).slice(0, longestManagerName)
}

export const sameManager = (one: Manager, other: Manager): boolean =>
  one.name === other.name && one.operation === other.operation && (one.subresource ?? '') === (other.subresource ?? '')

/** Reads `metadata.managedFields`; entries that are not understood are forgotten, as a server resets them. */
export function readOwnership(entries: unknown): Ownership[] {
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry: unknown) => {
    if (!isJson(entry) || typeof entry.manager !== 'string' || !isJson(entry.fieldsV1)) return []
    return {
      name: entry.manager,
      operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: String(entry.apiVersion),
      ...(typeof entry.subresource === 'string' && entry.subresource !== '' ? { subresource: entry.subresource } : {}),
      time: typeof entry.time === 'string' ? entry.time : now(),
      fields: fromFieldsV1(entry.fieldsV1),
    } satisfies Ownership
  })
}

export function writeOwnership(owners: readonly Ownership[]): Json[] {
  return owners
    .filter((owner) => owner.fields.size > 0)
    .map(({ name, operation, apiVersion, subresource, time, fields }) => ({
      manager: name,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      ...(subresource === undefined ? {} : { subresource }),
    }))
}

/** Who owns what after a create, update or patch: the writer gets all it changed, and everyone loses what is gone. */
export function recordUpdate(
  owners: readonly Ownership[],
  writer: Manager,
  before: Json,
  after: Json,
  model: string,
): Ownership[] {
  const { changed, removed } = compareFields(before, after, model)
  const others = owners
    .filter((owner) => !sameManager(owner, writer))
    .map((owner) => ({ ...owner, fields: minus(owner.fields, changed, removed) }))
  const own = owners.find((owner) => sameManager(owner, writer))
  if (own === undefined && changed.size === 0) return others
  const fields = minus(union(own?.fields ?? new Set(), changed), removed)
  const time = changed.size === 0 && own !== undefined ? own.time : now()
  return [...others, { ...writer, time, fields }]
}
