import { diffLines } from 'diff'
import { stringify } from 'yaml'
import type { KubeObject } from '../../kube/index.ts'
import { masked, withoutServerFields } from '../../objects/fields/changes.ts'

/** An object as an administrator reads it: without the server's own fields, and without secret values. */
export function readable(object: KubeObject, other?: KubeObject): string {
  const { apiVersion, kind, metadata, ...body } = withoutServerFields(object)
  const secret = kind === 'Secret' ? { data: maskedData(object, other) } : {}
  return stringify(
    { apiVersion, kind, metadata: sorted(metadata), ...(sorted({ ...body, ...secret }) as object) },
    { compat: 'yaml-1.1', lineWidth: 0 },
  )
}

/** Values are hidden, but whether one differs from the other object's is shown. */
function maskedData(object: KubeObject, other: KubeObject | undefined): Record<string, string> {
  const data = (object['data'] ?? {}) as Record<string, string>
  const before = (other?.['data'] ?? {}) as Record<string, string>
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      const isNew = other !== undefined && before[key] !== undefined && before[key] !== value
      return [key, isNew ? `${masked} (changed)` : masked]
    }),
  )
}

/** Keys in one order, so that the order in which a server answers is no difference. */
function sorted(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(sorted)
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, sorted(value)]),
  )
}

export interface Difference {
  before: string
  after: string
  added: number
  removed: number
}

export function differenceOf(before: KubeObject | undefined, after: KubeObject): Difference {
  const [old, next] = [before ? readable(before) : '', readable(after, before)]
  const parts = diffLines(old, next)
  const count = (kind: 'added' | 'removed') =>
    parts.filter((part) => part[kind]).reduce((sum, part) => sum + part.count, 0)
  return { before: old, after: next, added: count('added'), removed: count('removed') }
}
