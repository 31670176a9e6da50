import type { KubeObject } from '#shared/kubeObject.ts'

/** A value of an installation: what a profile and the administrator's file may say. */
export type Value = string | number | boolean | null | Value[] | Values
export interface Values {
  [key: string]: Value
}

interface Profile {
  id: string
  title: string
  values: Values
}

export interface BundleMigration {
  name: string
  /** Whether the release before this migration still works once it has run. */
  previousReleaseRuns: boolean
  isReversible: boolean
}

/** resources/manifests as it is in the files: parsed, not filled. */
export interface Bundle {
  profiles: Profile[]
  /** In the order of their files, which is the order of the stages. */
  objects: KubeObject[]
  /** JSON Schema (draft 7) of the values. */
  schema: ValuesSchema
  /** SHA-256 of all files that rendering reads, in hexadecimal. */
  digest: string
  /** Of the suite's database, oldest first. */
  migrations: BundleMigration[]
}

/** The part of JSON Schema that describes values to people; the rest is the validator's matter. */
export interface ValuesSchema {
  $ref?: string
  type?: string
  enum?: (string | number)[]
  description?: string
  properties?: Record<string, ValuesSchema>
  additionalProperties?: boolean | ValuesSchema
  items?: ValuesSchema
  definitions?: Record<string, ValuesSchema>
  /** Ours: what a text must look like, in words that follow "must be". */
  says?: string
  [keyword: string]: unknown
}

export const isMapping = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a dotted path, or nothing. */
export function valueAt(values: Values, path: string): Value | undefined {
  let at: Value | undefined = values
  for (const key of path.split('.')) at = isMapping(at) && Object.hasOwn(at, key) ? at[key] : undefined
  return at
}

/** Mappings are merged, everything else is replaced. */
export function overlay(below: Values, above: Values): Values {
  const merged: Values = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const earlier = Object.hasOwn(below, key) ? below[key] : undefined
    merged[key] = isMapping(value) && isMapping(earlier) ? overlay(earlier, value) : value
  }
  return merged
}

/** A plain value as a text; empty for lists, mappings and nothing. */
export const plainText = (value: Value | undefined): string =>
  typeof value === 'object' || value === undefined ? '' : String(value)
