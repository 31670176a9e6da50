import type { Fault } from '#shared/contract/base.ts'
import type { Restore } from '#shared/contract/backups.ts'
import type { JournalView } from './journal.ts'
import { derivedDatabase } from './names.ts'
import type { Assessment } from './restoreState.ts'

/** What was found of an interrupted restore, or why nothing could be. */
export type Look = { assessment: Assessment; fault?: undefined } | { assessment?: undefined; fault: Fault }

/** The number of the database that the newest swap of all journals made live. */
export function currentData(views: readonly JournalView[]): string | undefined {
  const swaps = views.flatMap(({ swapped }) => swapped ?? [])
  return swaps.sort((a, b) => b.at - a.at)[0]?.live
}

/**
 * A restore as the window shows it: the one place where its state and what can be done about it are decided.
 * @param current of `currentData`: a restore whose data is no longer live cannot be undone, but what it kept can be removed
 */
export function restoreOf(
  view: JournalView,
  isRunning: boolean,
  current: string | undefined,
  look: Look | undefined,
): Restore {
  const { id, backupId, cluster, namespace, source, at, database } = view
  const about = {
    id,
    backupId,
    cluster,
    namespace,
    source,
    at,
    previousDatabase: derivedDatabase(database, 'before', id),
  }
  if (isRunning) return { ...about, state: 'running', message: 'In progress.', offers: [] }
  const { outcome } = view
  if (!outcome || outcome.state === 'unknown') return interrupted(about, outcome, look)
  const { state, message, fault } = outcome
  const rest = { message, ...(fault && { fault }) }
  const isReplaced = current !== view.newOid
  const isElsewhere = look?.assessment !== undefined && look.assessment.live !== 'new'
  if (state === 'done' && (isReplaced || isElsewhere)) {
    const what = isReplaced ? 'A later restore replaced this data.' : 'Another console replaced this data since.'
    const kept = `The database from before this restore is still kept as ${about.previousDatabase}; remove it when it is no longer needed.`
    return { ...about, state: 'superseded', message: `${what} ${kept}`, offers: ['keep'] }
  }
  if (state === 'done') return { ...about, ...rest, state, offers: ['undo', 'keep'] }
  // The restored data stays beside the live one when the services did not become healthy after an undo.
  if (state === 'undone' && fault) return { ...about, ...rest, state, offers: ['keep'] }
  return { ...about, ...rest, state, offers: [] }
}

function interrupted(
  about: Pick<Restore, 'id' | 'backupId' | 'cluster' | 'namespace' | 'source' | 'at' | 'previousDatabase'>,
  outcome: JournalView['outcome'],
  look: Look | undefined,
): Restore {
  const reason = outcome?.message ?? 'The console ended in the middle of this restore.'
  const { assessment } = look ?? {}
  const fault = look?.fault ?? outcome?.fault
  const state = outcome ? ('unknown' as const) : ('interrupted' as const)
  if (!assessment) {
    const why = look ? `The database could not be read: ${look.fault?.message ?? ''}` : 'The database was not read yet.'
    return { ...about, state, message: `${reason} ${why}`, offers: ['recover'], ...(fault && { fault }) }
  }
  const { finding, steps, live } = assessment
  return {
    ...about,
    state,
    message: `${reason} ${finding}`,
    offers: live === 'other' ? ['recover', 'keep'] : ['recover'],
    recovery: steps,
    ...(fault && { fault }),
  }
}
