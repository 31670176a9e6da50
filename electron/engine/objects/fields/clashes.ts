import { fieldManager, patchObject, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { refOf } from '../objects.ts'
import { ownersOf, type FieldOwner } from './owners.ts'
import { fieldsOf, pointerTo, valueAt, withoutField } from './tree.ts'

/**
 * A variable that the release takes from elsewhere and somebody gave a value of its own, or the other way round. Server-side apply would
 * keep both, and the server accepts only one: it refuses instead of telling a conflict.
 */
export interface Clash {
  /** `spec.template.spec.containers[web].env[LOG_LEVEL].valueFrom` */
  ours: string
  /** The other's field in it. */
  theirs: string
  owner: FieldOwner
}

const alternatives = [
  ['value', 'valueFrom'],
  ['valueFrom', 'value'],
] as const

export function clashesOf(wanted: KubeObject, live: KubeObject): Clash[] {
  const owners = ownersOf(live)
  const items = [...fieldsOf(wanted).keys()].filter((path) => /\.env\[[^\]]*\]$/.test(path))
  return items.flatMap((item) =>
    alternatives.flatMap(([own, other]) => {
      const [ours, theirs] = [`${item}.${own}`, `${item}.${other}`]
      const isClash = valueAt(wanted, ours) !== undefined && valueAt(live, theirs) !== undefined
      if (!isClash || valueAt(wanted, theirs) !== undefined) return []
      const owner = owners(theirs).find(({ manager }) => manager !== fieldManager)
      return owner ? [{ ours, theirs, owner }] : []
    }),
  )
}

/** The live object without the fields of others that clash. */
export const withoutClashes = (live: KubeObject, clashes: readonly Clash[]): KubeObject =>
  clashes.reduce((object, { theirs }) => withoutField(object, theirs), live)

/** Takes the others' fields out of the cluster, so that the release's can be applied. Owns nothing by it. */
export async function removeClashes(
  connection: ClusterConnection,
  live: KubeObject,
  clashes: readonly Clash[],
  signal?: AbortSignal,
): Promise<void> {
  if (clashes.length === 0) return
  const patch = clashes.flatMap(({ theirs }) => {
    const path = pointerTo(live, theirs)
    return [
      { op: 'test', path, value: valueAt(live, theirs) },
      { op: 'remove', path },
    ]
  })
  await patchObject(connection, refOf(live), patch, { type: 'json', ...(signal && { signal }) })
}
