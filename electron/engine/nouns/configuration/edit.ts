import { parseDocument, type Document } from 'yaml'
import type { ConfigurationEdit, EditableKind } from '#shared/contract/configuration.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { KubeObject } from '../../kube/index.ts'
import { contentOf, keyOfText, sizeOf, type Content, type Key } from './content.ts'

/** What a ConfigMap or Secret may hold. Source: https://kubernetes.io/docs/concepts/configuration/configmap/ */
export const largest = 1_048_576

const refusal = (why: string, details: Record<string, unknown> = {}) =>
  new ConsoleError('BAD_INPUT', `${why} Nothing was changed.`, details)

/**
 * The content after an edit.
 * @throws ConsoleError BAD_INPUT, with the line where YAML cannot be read; never with a value of a Secret
 */
export function edited(object: KubeObject, edit: ConfigurationEdit): Content {
  const { kind, metadata } = object
  if (object['immutable'] === true) {
    throw refusal(
      `${kind} ${metadata.name} is immutable. Create another one with the new content and let its readers use that, or delete it and ` +
        'create it again: pods that run keep what they have.',
    )
  }
  const content = contentOf(object)
  const next = 'keys' in content ? withKeys(kind, content.keys, edit) : withSpec(kind as EditableKind, edit)
  if ('keys' in next && sizeOf(next) > largest) {
    throw refusal(`${kind} ${metadata.name} would hold ${sizeOf(next)} bytes; Kubernetes allows ${largest} (1 MiB).`)
  }
  return next
}

function withKeys(kind: string, keys: Record<string, Key>, edit: ConfigurationEdit): Content {
  if (edit.of === 'spec') {
    if (kind === 'Secret') throw refusal('A Secret is edited key by key.')
    return { keys: { ...onlyBinary(keys), ...textsOf(edit.yaml) } }
  }
  const unknown = edit.remove.filter((key) => !(key in keys))
  if (unknown.length > 0) throw refusal(`There is no key ${unknown.join(', ')} to remove.`)
  const both = edit.remove.filter((key) => key in edit.set)
  if (both.length > 0) throw refusal(`${both.join(', ')} is both set and removed.`)
  const rest = Object.fromEntries(Object.entries(keys).filter(([key]) => !edit.remove.includes(key)))
  const set = Object.fromEntries(Object.entries(edit.set).map(([key, text]) => [key, keyOfText(text)]))
  return { keys: { ...rest, ...set } }
}

/** Bytes have no form in YAML: they stay as they are. */
const onlyBinary = (keys: Record<string, Key>) =>
  Object.fromEntries(Object.entries(keys).filter(([, key]) => key.isBinary))

function textsOf(yaml: string): Record<string, Key> {
  return Object.fromEntries(
    Object.entries(mappingOf(yaml)).map(([key, value]) => {
      if (typeof value !== 'string') throw refusal(`${key} must be a text: put numbers and true or false in quotes.`)
      if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key)) throw refusal(`${key} is no key that Kubernetes allows.`)
      return [key, keyOfText(value)]
    }),
  )
}

function withSpec(kind: EditableKind, edit: ConfigurationEdit): Content {
  if (edit.of === 'keys') throw refusal(`A ${kind} has no keys; its spec is edited.`)
  const spec = mappingOf(edit.yaml)
  if (kind === 'HorizontalPodAutoscaler') checkAutoscaler(spec)
  return { spec }
}

function mappingOf(yaml: string): Record<string, unknown> {
  const document = parseDocument(yaml, { uniqueKeys: true })
  const [error] = document.errors
  if (error) throw refusal(`Line ${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0] ?? ''}`)
  const value = contentOfYaml(document)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal('The YAML must be a mapping: key: value.')
  return value as Record<string, unknown>
}

/** @throws ConsoleError BAD_INPUT for an alias that leads nowhere, to itself, or to too much */
function contentOfYaml(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 })
  } catch (thrown) {
    if (!(thrown instanceof ReferenceError) && !(thrown instanceof RangeError)) throw thrown
    throw refusal(`The aliases of the YAML cannot be resolved: ${thrown.message}.`)
  }
}

function checkAutoscaler(spec: Record<string, unknown>): void {
  const { minReplicas = 1, maxReplicas, metrics } = spec
  for (const [name, value] of Object.entries({ minReplicas, maxReplicas })) {
    if (!Number.isInteger(value) || Number(value) < 1) throw refusal(`${name} must be a whole number of at least 1.`)
  }
  if (Number(minReplicas) > Number(maxReplicas))
    throw refusal(`minReplicas ${Number(minReplicas)} is more than maxReplicas ${Number(maxReplicas)}.`)
  if (metrics !== undefined && (!Array.isArray(metrics) || metrics.length === 0))
    throw refusal(
      'metrics must be a list of at least one: an autoscaler without metrics scales by CPU at 80%, leave it out to have that.',
    )
}

/** The patch that makes the object hold this content, and refuses when somebody changed it meanwhile. */
export function patchTo(live: KubeObject, next: Content): { type: 'merge' | 'json'; body: unknown } {
  if ('spec' in next) {
    return {
      type: 'json',
      body: [
        { op: 'test', path: '/spec', value: live.spec ?? {} },
        { op: 'replace', path: '/spec', value: next.spec },
      ],
    }
  }
  const { resourceVersion } = live.metadata
  const change = (field: string, wanted: Record<string, string>) => {
    const present = (live[field] ?? {}) as Record<string, string>
    const gone = Object.keys(present).filter((key) => !(key in wanted))
    return { [field]: { ...wanted, ...Object.fromEntries(gone.map((key) => [key, null])) } }
  }
  const chosen = (wanted: boolean, value: (key: Key) => string) =>
    Object.fromEntries(
      Object.entries(next.keys)
        .filter(([, key]) => key.isBinary === wanted)
        .map(([name, key]) => [name, value(key)]),
    )
  if (live.kind === 'Secret') {
    const all = Object.fromEntries(Object.entries(next.keys).map(([name, { base64 }]) => [name, base64]))
    return { type: 'merge', body: { metadata: { resourceVersion }, ...change('data', all) } }
  }
  const texts = chosen(false, ({ base64 }) => Buffer.from(base64, 'base64').toString())
  const bytes = chosen(true, ({ base64 }) => base64)
  return {
    type: 'merge',
    body: { metadata: { resourceVersion }, ...change('data', texts), ...change('binaryData', bytes) },
  }
}
