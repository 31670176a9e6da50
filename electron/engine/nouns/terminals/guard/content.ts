import { parse } from 'yaml'
import { sanitise } from '../../../kube/index.ts'
import type { Verdict } from './classify.ts'
import { fieldsOf, only, readBinary, textsOf, type BinaryObject } from './protobuf.ts'

/** Characters of a question; a person reads no more of it. */
const longestContent = 20_000
const struck = '[not shown]'

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What would be written, in text that is safe to show. Values of Secrets are struck out, wherever they stand. */
export function contentOf({ body, resource }: Pick<Verdict, 'body' | 'resource'>, contentType = ''): string {
  if (body.length === 0) return ''
  const binary = readBinary(body)
  if (binary) return shortened(binaryContent(binary, resource))
  const value = read(body, contentType)
  if (value === undefined)
    return `${body.length} bytes that the console cannot read (${sanitise(contentType) || 'no type given'}).`
  const text = JSON.stringify(withoutNoise(isOfSecrets(resource, value) ? withoutSecrets(value) : value), null, 2)
  return shortened(text)
}

function shortened(text: string): string {
  const safe = sanitise(text, { keepNewlines: true })
  if (safe.length <= longestContent) return safe
  return `${safe.slice(0, longestContent)}\n… and ${safe.length - longestContent} more characters that are not shown.`
}

function binaryContent({ kind, fields }: BinaryObject, resource: string): string {
  if (/^Secret/.test(kind) || /^secrets(\/|$)/.test(resource))
    return `${kind}, in kubectl's binary form. Its values are not shown.`
  return [`${kind}, in kubectl's binary form. The texts in it:`, ...textsOf(fields)].join('\n')
}

/** The name that the body gives to the object. */
export function nameIn(body: Buffer, contentType = ''): string | undefined {
  if (body.length === 0) return undefined
  const binary = readBinary(body)
  // Metadata is the first field of every kind, the name the first of metadata.
  if (binary)
    return sanitise(only(fieldsOf(only(binary.fields, 1) ?? Buffer.alloc(0)) ?? [], 1)?.toString() ?? '') || undefined
  const value = read(body, contentType)
  const metadata = isFields(value) ? value['metadata'] : undefined
  if (!isFields(metadata)) return undefined
  const { name, generateName } = metadata
  if (typeof name === 'string' && name !== '') return sanitise(name)
  return typeof generateName === 'string' && generateName !== '' ? `${sanitise(generateName)}…` : undefined
}

/** @returns undefined for what is neither JSON nor YAML */
function read(body: Buffer, contentType: string): unknown {
  const text = body.toString()
  try {
    if (/json/i.test(contentType)) return JSON.parse(text) as unknown
    if (/yaml/i.test(contentType)) return parse(text, { maxAliasCount: 10 }) as unknown
  } catch {
    return undefined
  }
  return undefined
}

function isOfSecrets(resource: string, value: unknown): boolean {
  return /^secrets(\/|$)/.test(resource) || (isFields(value) && /^Secret/.test(String(value['kind'])))
}

const shownOfSecrets = ['apiVersion', 'kind', 'type', 'immutable', 'name', 'namespace', 'generateName', 'op', 'path']

/** Keys stay, values go: a patch may hold them under its own operations, and an annotation the whole object before. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (!isFields(value)) return value === null ? null : struck
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      shownOfSecrets.includes(key) && typeof inner !== 'object' ? inner : withoutSecrets(inner),
    ]),
  )
}

/** What kubectl keeps for itself says everything twice. */
function withoutNoise(value: unknown): unknown {
  if (!isFields(value) || !isFields(value['metadata'])) return value
  const { managedFields: _managed, annotations, ...metadata } = value['metadata']
  const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
  const kept = isFields(annotations)
    ? Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== lastApplied))
    : annotations
  const isEmpty = isFields(kept) && Object.keys(kept).length === 0
  return { ...value, metadata: kept === undefined || isEmpty ? metadata : { ...metadata, annotations: kept } }
}
