import type { FieldChange } from '#shared/contract/changes.ts'

/** Written by the server on every change: of no interest to whoever asked for the change. */
const noise = new Set([
  'status',
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.uid',
  'metadata.creationTimestamp',
])
/** Longer texts are cut: a changed script is told, not shown. */
const longest = 300

/**
 * The fields that differ between two objects, each with its path as people write it. Lists of named things (containers, variables)
 * are compared by name, so that an inserted one does not change all that follow.
 */
export function fieldChanges(before: unknown, after: unknown, path = ''): Omit<FieldChange, 'effect'>[] {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => {
      const at = extend(path, key)
      return noise.has(at) ? [] : fieldChanges(before[key], after[key], at)
    })
  }
  if (isNamedList(before) && isNamedList(after)) {
    const names = [...new Set([...before, ...after].map(({ name }) => name))]
    const find = (list: Named[], name: string) => list.find((each) => each.name === name)
    return names.flatMap((name) => fieldChanges(find(before, name), find(after, name), `${path}[${name}]`))
  }
  const [old, next] = [shown(before), shown(after)]
  return old === next ? [] : [{ path, before: cut(old), after: cut(next) }]
}

interface Named extends Record<string, unknown> {
  name: string
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNamedList = (value: unknown): value is Named[] =>
  Array.isArray(value) && value.every((each) => isMap(each) && typeof each.name === 'string')

/** `metadata.annotations[kubernetes.io/change-cause]`: a key with a dot is put in brackets. */
const extend = (path: string, key: string): string =>
  /[./]/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`

function shown(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text)
