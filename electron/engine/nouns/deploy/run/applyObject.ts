import { asConsoleError } from '#shared/errors.ts'
import {
  discover,
  patiently,
  removeObject,
  waitFor,
  type ClusterConnection,
  type KubeObject,
} from '../../../kube/index.ts'
import { applyUnder, conflictsIn, type ApplyRules } from '../applyRules.ts'
import { present, refOf, titleOf } from '../../../objects/objects.ts'
import { isImmutableFault, replacementOf } from '../plan/replacement.ts'

interface Circumstances {
  rules: ApplyRules
  /** The plan said that it is deleted and re-created. */
  isReplaced: boolean
  signal: AbortSignal
  onWait: (reason: string) => void
}

/** Applies one object; again and again while the API server is away, which does no harm. @returns what is worth a line in the log */
export async function applyObject(
  connection: ClusterConnection,
  object: KubeObject,
  { rules, isReplaced, signal, onWait }: Circumstances,
): Promise<string[]> {
  const attempt = async () => {
    const live = await present(connection, object, signal)
    if (live && object.kind === 'Job' && hasFailed(live)) {
      await removeAndWait(connection, live, 'Background', signal)
      return (await applyUnder(connection, object, undefined, rules, { signal })).notes
    }
    try {
      return (await applyUnder(connection, object, live, rules, { signal })).notes
    } catch (error) {
      if (!live || !isReplaced || !isImmutableFault(error)) throw error
      const replacement = replacementOf(live, object)
      if (!replacement.isPossible) throw error
      await removeAndWait(connection, live, replacement.propagation, signal)
      const { notes } = await applyUnder(connection, object, undefined, rules, { signal })
      return [...notes, `was deleted and re-created: ${replacement.loses}`]
    }
  }
  return patiently(connection, attempt, { signal, onWait })
}

/** A Job's template cannot be changed and a failed one does not start again: a resumed run makes it again. */
async function removeAndWait(
  connection: ClusterConnection,
  object: KubeObject,
  propagation: 'Background' | 'Orphan',
  signal: AbortSignal,
): Promise<void> {
  await removeObject(connection, refOf(object), { propagation, signal })
  const resource = (await discover(connection)).ofKind(object.apiVersion, object.kind)
  if (!resource) return
  const { name, namespace, uid } = object.metadata
  const target = { resource, name, ...(namespace !== undefined && { namespace }) }
  await waitFor(connection, target, (found) => found?.metadata.uid !== uid, { signal, timeout: 60_000 })
}

function hasFailed(job: KubeObject): boolean {
  const conditions = (job.status?.['conditions'] ?? []) as { type: string; status: string }[]
  return conditions.some(({ type, status }) => type === 'Failed' && status === 'True')
}

/** On the way back nothing is decided any more: what others set meanwhile stays theirs. */
export async function applyYielding(
  connection: ClusterConnection,
  object: KubeObject,
  circumstances: Circumstances,
): Promise<string[]> {
  try {
    return await applyObject(connection, object, circumstances)
  } catch (thrown) {
    const conflicts = conflictsIn(asConsoleError(thrown))
    if (conflicts.length === 0) throw thrown
    const kept = [...circumstances.rules.kept, ...conflicts.map(({ field }) => field)]
    return applyObject(connection, object, { ...circumstances, rules: { ...circumstances.rules, kept } })
  }
}

export const lineOf = (object: KubeObject, note: string) => `${titleOf(object)} ${note}.`
