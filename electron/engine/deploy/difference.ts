import { diffLines } from 'diff'
import { stringify } from 'yaml'
import type { KubeObject } from '../kube/index.ts'

/** Written by the server, different in every answer, and no change that anybody made. */
const serverFields = ['managedFields', 'resourceVersion', 'uid', 'creationTimestamp', 'generation', 'selfLink']
const serverAnnotations = ['kubectl.kubernetes.io/last-applied-configuration', 'deployment.kubernetes.io/revision']
const masked = '••••••••'

/** An object as an administrator reads it: without the server's own fields, and without secret values. */
export function readable(object: KubeObject, other?: KubeObject): string {
  const { status: _status, metadata, ...rest } = object
  const kept = Object.fromEntries(Object.entries(metadata).filter(([key]) => !serverFields.includes(key)))
  if (metadata.annotations) {
    const annotations = Object.entries(metadata.annotations).filter(([key]) => !serverAnnotations.includes(key))
    kept['annotations'] = Object.fromEntries(annotations)
    if (annotations.length === 0) delete kept['annotations']
  }
  const { apiVersion, kind, ...body } = rest
  const secret = kind === 'Secret' ? { data: maskedData(object, other) } : {}
  return stringify(
    { apiVersion, kind, metadata: sorted(kept), ...(sorted({ ...body, ...secret }) as object) },
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

/** What the change means to what runs. */
export function changeNotes(before: KubeObject | undefined, after: KubeObject): string[] {
  if (!before) return []
  const template = (object: KubeObject) =>
    JSON.stringify(sorted((object.spec as { template?: unknown } | undefined)?.template))
  const replicas = (object: KubeObject) => (object.spec as { replicas?: number } | undefined)?.replicas
  const notes: string[] = []
  if (['Deployment', 'StatefulSet'].includes(after.kind)) {
    if (template(before) !== template(after)) {
      const pods = replicas(before) ?? 1
      notes.push(`restarts ${pods} ${pods === 1 ? 'pod' : 'pods'}`)
    }
    if (replicas(before) !== replicas(after))
      notes.push(`scales from ${replicas(before) ?? '?'} to ${replicas(after) ?? '?'}`)
  }
  return notes
}
