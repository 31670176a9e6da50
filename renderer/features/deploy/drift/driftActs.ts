import type { Scope } from '#shared/contract/base.ts'
import type { DriftedObject } from '#shared/contract/drift.ts'
import { confirm, reportError, toast } from '../../../app/index.ts'
import { engine } from '../../../client/index.ts'
import { plural } from '../../../kit/index.ts'
import { checkDrift } from './driftStore.ts'

const namesOf = (objects: readonly DriftedObject[]): string => {
  const shown = objects.slice(0, 4).map((object) => `${object.kind} ${object.name}`)
  return `${shown.join(', ')}${objects.length > 4 ? ` and ${objects.length - 4} more` : ''}`
}

/** What reverting does to these objects, as rows of the question before it. */
export function revertEffects(objects: readonly DriftedObject[]): { title: string; detail: string }[] {
  const of = (state: DriftedObject['state']) => objects.filter((object) => object.state === state)
  const notes = objects.flatMap((object) => object.notes.map((note) => `${object.name}: ${note}`))
  return [
    ...(of('changed').length > 0 ? [{ title: 'Set back', detail: namesOf(of('changed')) }] : []),
    ...(of('missing').length > 0 ? [{ title: 'Made again', detail: namesOf(of('missing')) }] : []),
    ...(of('unexpected').length > 0 ? [{ title: 'Deleted', detail: namesOf(of('unexpected')) }] : []),
    { title: 'Effects', detail: notes.length === 0 ? 'no pod restarts' : notes.join('; ') },
  ]
}

/** What adopting does, as rows of the question before it. */
export function adoptEffects(objects: readonly DriftedObject[]): { title: string; detail: string }[] {
  return [
    { title: 'Taken in', detail: namesOf(objects) },
    { title: 'Cluster', detail: 'stays as it is; nothing restarts' },
    { title: 'From now on', detail: 'part of the release: no drift any more, and kept by later deployments' },
  ]
}

/** Asks, and then brings these objects back to what the release says. Resolves true when it was done. */
export async function revertDrift(scope: Scope, objects: readonly DriftedObject[]): Promise<boolean> {
  const deleted = objects.filter((object) => object.state === 'unexpected').length
  const confirmation = await confirm({
    level: 2,
    title: `Revert ${plural(objects.length, 'object')} to the release?`,
    message: 'The recorded release is applied to them again, over what others have set.',
    changes: revertEffects(objects),
    confirmLabel: `Revert ${plural(objects.length, 'object')}`,
    cluster: scope.context,
    isDanger: deleted > 0,
    ...(deleted > 0
      ? { warning: `${plural(deleted, 'object')} in no release ${deleted === 1 ? 'is' : 'are'} deleted.` }
      : {}),
  })
  if (!confirmation) return false
  const ids = objects.map((object) => object.id)
  return done(scope, engine().drift.revert({ ...scope, ids, confirmation }), {
    title: `${plural(objects.length, 'object')} reverted to the release`,
    problem: 'The drift was not reverted',
  })
}

/** Asks, and then takes what is live into the release. Resolves true when it was done. */
export async function adoptDrift(scope: Scope, objects: readonly DriftedObject[]): Promise<boolean> {
  const confirmation = await confirm({
    level: 2,
    title: `Adopt ${plural(objects.length, 'object')} into the release?`,
    message: 'What is live becomes what the release says.',
    changes: adoptEffects(objects),
    confirmLabel: `Adopt ${plural(objects.length, 'object')}`,
    cluster: scope.context,
  })
  if (!confirmation) return false
  const ids = objects.map((object) => object.id)
  return done(scope, engine().drift.adopt({ ...scope, ids, confirmation }), {
    title: `${plural(objects.length, 'object')} adopted into the release`,
    problem: 'The drift was not adopted',
  })
}

async function done(scope: Scope, act: Promise<void>, words: { title: string; problem: string }): Promise<boolean> {
  try {
    await act
    toast({ status: 'healthy', context: scope.context, title: words.title })
    return true
  } catch (thrown) {
    reportError(thrown, words.problem, scope.context)
    return false
  } finally {
    void checkDrift(scope)
  }
}
