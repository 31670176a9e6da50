import type { Fault } from '#shared/contract/base.ts'
import type { PlannedResource } from '#shared/contract/plan.ts'
import { asConsoleError, faultOf, type ConsoleError } from '#shared/errors.ts'
import { apply, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { applyUnder, conflictsIn, withoutKept, type ApplyRules } from '../applyRules.ts'
import { isClusterScoped } from '#shared/bundle/index.ts'
import { differenceOf, type Difference } from '../difference.ts'
import { overlaid } from '../../../objects/fields/changes.ts'
import { clashesOf, withoutClashes } from '../../../objects/fields/clashes.ts'
import { idOf, present, titleOf, replicasOf } from '../../../objects/objects.ts'
import type { ClusterFacts } from './clusterFacts.ts'
import { changeNotes, fieldChangesOf, restartedPods } from './effects.ts'
import { isImmutableFault, replacementOf, shrunkClaim } from './replacement.ts'

/** One object of the plan, and why it stands in the way if it does. */
export interface Tried {
  resource: PlannedResource
  blocker?: Fault
  wasAsked: boolean
}

export interface Surroundings {
  namespaceExists: boolean
  facts: ClusterFacts
  /** Everything that is planned. */
  all: readonly KubeObject[]
  rulesOf: (id: string) => ApplyRules
  signal?: AbortSignal
}

const nothing: Pick<PlannedResource, 'fields' | 'conflicts' | 'notes' | 'restartsPods'> = {
  fields: [],
  conflicts: [],
  notes: [],
  restartsPods: 0,
}
const aboutOf = (object: KubeObject) => ({ id: idOf(object), kind: object.kind, name: object.metadata.name })

/** Asks the server what applying the object would do. Nothing is changed. */
export async function tryObject(
  connection: ClusterConnection,
  object: KubeObject,
  around: Surroundings,
): Promise<Tried> {
  if (!around.namespaceExists && !isClusterScoped(object)) {
    const notes = ['not asked of the server: the namespace does not exist yet']
    const resource = {
      ...aboutOf(object),
      ...nothing,
      ...differenceOf(undefined, object),
      action: 'create' as const,
      notes,
    }
    return { resource, wasAsked: false }
  }
  let live: KubeObject | undefined
  try {
    live = await present(connection, object, around.signal)
    const shrunk = shrunkClaim(live, object)
    if (shrunk !== undefined) return refused(object, live, { code: 'BAD_INPUT', message: shrunk, details: {} })
    const options = { dryRun: true, ...(around.signal && { signal: around.signal }) }
    const { object: applied, notes } = await applyUnder(connection, object, live, around.rulesOf(idOf(object)), options)
    return { resource: accepted(object, live, applied, notes, around), wasAsked: true }
  } catch (thrown) {
    return whyNot(connection, object, live, asConsoleError(thrown), around)
  }
}

function accepted(
  object: KubeObject,
  live: KubeObject | undefined,
  applied: KubeObject | undefined,
  notes: string[],
  around: Surroundings,
): PlannedResource {
  const about = { ...aboutOf(object), ...nothing }
  if (!applied) return { ...about, ...sameAs(live ?? object), action: 'same', notes }
  const difference = differenceOf(live, applied)
  if (!live) return { ...about, ...difference, action: 'create', notes }
  const fields = fieldChangesOf(live, applied)
  const isSame = difference.added + difference.removed === 0
  const meaning = changeNotes(live, applied, fields, around.facts, around.all).filter((note) => !notes.includes(note))
  return {
    ...about,
    ...difference,
    action: isSame ? 'same' : 'change',
    fields,
    notes: [...notes, ...meaning],
    restartsPods: restartedPods(live, fields),
  }
}

/** The text on both sides. */
function sameAs(object: KubeObject): Difference {
  const { after } = differenceOf(undefined, object)
  return { before: after, after, added: 0, removed: 0 }
}

async function whyNot(
  connection: ClusterConnection,
  object: KubeObject,
  live: KubeObject | undefined,
  error: ConsoleError,
  around: Surroundings,
): Promise<Tried> {
  const conflicts = conflictsIn(error)
  if (conflicts.length > 0 && live) {
    const { kept } = around.rulesOf(idOf(object))
    const wanted = withoutKept(object, live, kept).object
    // What it would be if all were taken: the decision is made on sight of it.
    const taken = await apply(connection, wanted, { dryRun: true, force: true }).catch(() =>
      overlaid(withoutClashes(live, clashesOf(wanted, live)), wanted),
    )
    const notes = conflicts.map(({ manager, field }) => `${field} is set by ${manager}`)
    const resource = accepted(object, live, taken, notes, around)
    return { resource: { ...resource, action: 'conflict', conflicts }, wasAsked: true }
  }
  if (live && isImmutableFault(error)) {
    const replacement = replacementOf(live, object)
    if (!replacement.isPossible) {
      const message = `${error.message} ${replacement.remedy}`
      return refused(object, live, { ...faultOf(error), message })
    }
    const after = overlaid(live, object)
    const notes = [`is deleted and re-created: ${replacement.loses}`]
    // The pods of a StatefulSet stay when it is replaced.
    const restartsPods = live.kind === 'Deployment' || live.kind === 'DaemonSet' ? replicasOf(live) : 0
    const about = { ...aboutOf(object), ...nothing, restartsPods }
    const resource = { ...about, ...differenceOf(live, after), action: 'replace' as const, notes }
    return { resource: { ...resource, fields: fieldChangesOf(live, after) }, wasAsked: true }
  }
  return refused(object, live, error)
}

function refused(object: KubeObject, live: KubeObject | undefined, fault: Fault): Tried {
  const after = live ? overlaid(live, object) : object
  const resource = {
    ...aboutOf(object),
    ...nothing,
    ...differenceOf(live, after),
    action: 'refused' as const,
    notes: [fault.message],
  }
  const fields = live ? fieldChangesOf(live, after) : []
  const blocker = { ...fault, message: `${titleOf(object)}: ${fault.message}` }
  return { resource: { ...resource, fields }, blocker, wasAsked: true }
}
