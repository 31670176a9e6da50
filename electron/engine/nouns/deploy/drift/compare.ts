import type { DriftedObject } from '#shared/contract/drift.ts'
import { ConsoleError } from '#shared/errors.ts'
import { apply, fieldManager, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { withoutKept } from '../applyRules.ts'
import { isClusterScoped } from '#shared/bundle/index.ts'
import { changedFields, overlaid, shownValue, type ChangedField } from '../../../objects/fields/changes.ts'
import { clashesOf, withoutClashes } from '../../../objects/fields/clashes.ts'
import { ownersOf } from '../../../objects/fields/owners.ts'
import { isWithin } from '../../../objects/fields/path.ts'
import { withField } from '../../../objects/fields/tree.ts'
import { counted, idOf, isRolled, present, replicasOf } from '../../../objects/objects.ts'
import { howReplaced } from '../../../objects/rollingUpdate.ts'
import { isImmutableFault } from '../plan/replacement.ts'

/** One object of the release against the cluster. */
export interface Compared {
  /** As recorded, with what is not the release's to say taken from the cluster. */
  wanted: KubeObject
  live: KubeObject | undefined
  /** `before` is the release, `after` is the cluster. */
  changed: ChangedField[]
}

export interface Exceptions {
  /** Fields that were left to others. */
  kept: readonly string[]
  isAutoscaled: boolean
}

/** Asks the server what the object would be after a revert; where that differs from what it is, it has drifted. Changes nothing. */
export async function compareObject(
  connection: ClusterConnection,
  recorded: KubeObject,
  { kept, isAutoscaled }: Exceptions,
  signal?: AbortSignal,
): Promise<Compared> {
  const live = await present(connection, recorded, signal)
  if (!live) return { wanted: recorded, live, changed: [] }
  const wanted = leftAlone(withoutKept(recorded, live, kept).object, live, isAutoscaled)
  const clashes = clashesOf(wanted, live)
  if (clashes.length > 0) {
    return { wanted, live, changed: changedFields(overlaid(withoutClashes(live, clashes), wanted), live) }
  }
  try {
    const reverted = await apply(connection, wanted, { dryRun: true, force: true, signal })
    return { wanted, live, changed: changedFields(reverted, live) }
  } catch (error) {
    if (!isImmutableFault(error) && !isLeftToAdministrator(error, wanted)) throw error
    return { wanted, live, changed: changedFields(overlaid(live, wanted), live) }
  }
}

/** What belongs to the cluster may be read by the operator, and not be tried. */
const isLeftToAdministrator = (error: unknown, object: KubeObject) =>
  isClusterScoped(object) && error instanceof ConsoleError && error.code === 'FORBIDDEN'

/** The autoscaler's replicas, and the values of secrets, which no release records. */
function leftAlone(wanted: KubeObject, live: KubeObject, isAutoscaled: boolean): KubeObject {
  let object = wanted
  const { replicas } = (live.spec ?? {}) as { replicas?: number }
  if (isAutoscaled && replicas !== undefined) object = withField(object, 'spec.replicas', replicas)
  if (wanted.kind !== 'Secret') return object
  const data = (live['data'] ?? {}) as Record<string, string>
  const keys = Object.keys(wanted['data'] ?? {})
  return { ...object, data: Object.fromEntries(keys.map((key) => [key, data[key] ?? ''])) }
}

/** Undefined when it has not drifted. */
export function driftOf({ wanted, live, changed }: Compared): DriftedObject | undefined {
  const about = { id: idOf(wanted), kind: wanted.kind, name: wanted.metadata.name }
  if (!live) {
    const notes = isRolled(wanted) ? [`makes it again, with ${counted(replicasOf(wanted), 'pod')}`] : ['makes it again']
    return { ...about, state: 'missing', fields: [], notes }
  }
  if (changed.length === 0) return undefined
  const owners = ownersOf(live)
  const fields = changed.map(({ path, before, after }) => {
    const own = owners(path)
    const { manager = '', operation = '', at } = own.find((owner) => owner.manager !== fieldManager) ?? own[0] ?? {}
    const sides = { before: shownValue(wanted.kind, path, before), after: shownValue(wanted.kind, path, after) }
    return { path, ...sides, manager, operation, ...(at !== undefined && { at }) }
  })
  return { ...about, state: 'changed', fields, notes: revertNotes(wanted, live, changed) }
}

function revertNotes(wanted: KubeObject, live: KubeObject, changed: readonly ChangedField[]): string[] {
  if (!isRolled(wanted)) return []
  const notes: string[] = []
  const pods = replicasOf(live)
  if (changed.some(({ path }) => isWithin(path, 'spec.template')))
    notes.push(`restarts ${counted(pods, 'pod')}, ${howReplaced(live, pods)}`)
  const scaled = changed.find(({ path }) => path === 'spec.replicas')
  if (scaled) notes.push(`scales from ${String(scaled.after)} to ${String(scaled.before)}`)
  return notes
}
