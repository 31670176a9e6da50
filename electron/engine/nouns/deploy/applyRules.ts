import type { z } from 'zod'
import type { fieldConflict } from '#shared/contract/plan.ts'
import { ConsoleError } from '#shared/errors.ts'
import { apply, fieldManager, getObject, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { isClusterScoped } from '#shared/bundle/index.ts'
import { overlaid, shownValue } from '../../objects/fields/changes.ts'
import { clashesOf, removeClashes, withoutClashes, type Clash } from '../../objects/fields/clashes.ts'
import { entryOf, ownersOf } from '../../objects/fields/owners.ts'
import { serverText } from '../../objects/fields/path.ts'
import { fieldsOf, valueAt, withoutField } from '../../objects/fields/tree.ts'
import { refOf, titleOf } from '../../objects/objects.ts'

export type FieldConflict = z.infer<typeof fieldConflict>

/** What was decided about the fields of one object that others own too. */
export interface ApplyRules {
  /** Left to whoever set them. */
  kept: readonly string[]
  /** Taken over. */
  taken: readonly string[]
  /** Its number of replicas is an autoscaler's. */
  isAutoscaled: boolean
}
export const noRules: ApplyRules = { kept: [], taken: [], isAutoscaled: false }

export interface Applied {
  /** As the server has it, or would have it; undefined where the object may not be touched and is left as it is. */
  object: KubeObject | undefined
  notes: string[]
}

interface ApplyOptions {
  dryRun?: boolean
  signal?: AbortSignal
}

const attempts = 3

/**
 * Server-side apply under the decisions. Nothing is forced but the fields to take: when others own more, nothing is changed.
 * @param live the object as it was read just now
 * @throws ConsoleError CONFLICT with `details.conflicts`, as the contract describes them, of the fields nobody decided about
 */
export async function applyUnder(
  connection: ClusterConnection,
  wanted: KubeObject,
  live: KubeObject | undefined,
  rules: ApplyRules,
  options: ApplyOptions,
): Promise<Applied> {
  const kept = withoutKept(wanted, live, rules.kept)
  let { object } = kept
  const notes = [...kept.notes]
  const clashes = live ? clashesOf(object, live) : []
  if (live && clashes.length > 0) {
    const conflicts = clashes.map((clash) => clashConflict(clash, object, live))
    const undecided = conflicts.filter(({ field }) => !rules.taken.includes(field))
    if (undecided.length > 0) throw undecidedConflict(wanted, undecided)
    notes.push(...takenNotes(conflicts))
    // The server cannot be asked as long as both are there.
    if (options.dryRun === true) return { object: overlaid(withoutClashes(live, clashes), object), notes }
    await removeClashes(connection, live, clashes, options.signal)
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { object: await apply(connection, object, options), notes }
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error
      if (isClusterScoped(object) && live && error.code === 'FORBIDDEN')
        return { object: undefined, notes: ['exists, and you may not change it: left as it is'] }
      if (object.kind !== 'Namespace' && isClusterScoped(object) && error.code === 'FORBIDDEN')
        return { object: undefined, notes: ['needs an administrator of the cluster: left out'] }
      if (serverConflicts(error).length === 0) throw error
      const present = await getObject(connection, refOf(wanted), { signal: options.signal })
      const conflicts = conflictsOf(error, object, present)
      const scaled = conflicts.find(({ field }) => field === 'spec.replicas')
      if (scaled && rules.isAutoscaled) {
        object = withoutField(object, 'spec.replicas')
        notes.push(`keeps the ${scaled.live} replicas of the autoscaler`)
        continue
      }
      const undecided = conflicts.filter(({ field }) => !rules.taken.includes(field))
      if (undecided.length > 0) throw undecidedConflict(wanted, undecided, error)
      try {
        return {
          object: await takeOver(connection, object, present, options),
          notes: [...notes, ...takenNotes(conflicts)],
        }
      } catch (forced) {
        // It was written between the look and the taking: look again.
        const isLate = forced instanceof ConsoleError && forced.code === 'CONFLICT' && attempt < attempts
        if (!isLate) throw forced
      }
    }
  }
}

/** With the version that was looked at, so that a field which somebody takes at this very moment is not taken back unasked. */
const takeOver = (connection: ClusterConnection, object: KubeObject, seen: KubeObject, options: ApplyOptions) => {
  const { resourceVersion } = seen.metadata
  const metadata = { ...object.metadata, ...(resourceVersion !== undefined && { resourceVersion }) }
  return apply(connection, { ...object, metadata }, { ...options, force: true })
}

const takenNotes = (conflicts: readonly FieldConflict[]) =>
  conflicts.map(({ field, manager }) => `takes ${field} over from ${manager}`)

/** A field stays another's as long as it is another's; where nobody else sets it any more the release does again. */
export function withoutKept(
  wanted: KubeObject,
  live: KubeObject | undefined,
  kept: readonly string[],
): { object: KubeObject; notes: string[] } {
  let object = wanted
  const notes: string[] = []
  const owners = live ? ownersOf(live) : () => []
  const clashes = live && kept.length > 0 ? clashesOf(wanted, live) : []
  for (const field of kept) {
    const clash = clashes.find(({ ours }) => ours === field)
    const other = clash?.owner ?? owners(field).find(({ manager }) => manager !== fieldManager)
    if (!live || !other || (!clash && valueAt(live, field) === undefined)) continue
    object = withoutField(object, field)
    notes.push(`keeps ${field}, which ${other.manager} set`)
  }
  return { object, notes }
}

const serverConflicts = (error: ConsoleError) =>
  error.code === 'CONFLICT' && Array.isArray(error.details['conflicts'])
    ? (error.details['conflicts'] as { field: string; manager: string; operation: string }[])
    : []

/** The server's words for fields become those people write; values and times come from the object as it is. */
function conflictsOf(error: ConsoleError, wanted: KubeObject, live: KubeObject): FieldConflict[] {
  const names = new Map([...fieldsOf(wanted)].map(([text, { path }]) => [serverText(path), text]))
  return serverConflicts(error).map(({ field: said, manager, operation }) => {
    const field = names.get(said) ?? said.replace(/^\./, '')
    const at = entryOf(live, manager)?.at
    return {
      field,
      manager,
      operation,
      ...(at !== undefined && { at }),
      live: shownValue(wanted.kind, field, valueAt(live, field)),
      wanted: shownValue(wanted.kind, field, valueAt(wanted, field)),
    }
  })
}

function clashConflict({ ours, theirs, owner }: Clash, wanted: KubeObject, live: KubeObject): FieldConflict {
  const [is, wants] = [valueAt(live, theirs), valueAt(wanted, ours)]
  return {
    field: ours,
    ...owner,
    live: shownValue(wanted.kind, theirs, is),
    wanted: shownValue(wanted.kind, ours, wants),
  }
}

function undecidedConflict(object: KubeObject, conflicts: FieldConflict[], cause?: ConsoleError): ConsoleError {
  const list = conflicts.map(({ field, manager, operation }) => `${field} (${manager}, ${operation})`).join('; ')
  return new ConsoleError(
    'CONFLICT',
    `${titleOf(object)} has fields that others set: ${list}. It was not changed. Make a new plan, and decide there whether to keep or to take them.`,
    { conflicts },
    cause ? { cause } : {},
  )
}

/** Of an error that `applyUnder` threw. */
export const conflictsIn = (error: ConsoleError): FieldConflict[] =>
  error.code === 'CONFLICT' && Array.isArray(error.details['conflicts'])
    ? (error.details['conflicts'] as FieldConflict[])
    : []
