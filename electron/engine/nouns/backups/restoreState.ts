import type { JournalView } from './journal.ts'
import type { FoundDatabase } from './swap.ts'

/**
 * Which data is live, told by the databases' numbers: the journal may have missed the last step, the server has not.
 * `unnamed`: no database has the live name, but the old one exists. `other`: the live database is neither of the restore's two.
 */
export type Live = 'old' | 'new' | 'unnamed' | 'other'

export function whatIsLive(
  view: Pick<JournalView, 'oldOid' | 'newOid'>,
  live: string,
  databases: readonly FoundDatabase[],
): Live {
  const present = databases.find(({ name }) => name === live)
  if (present?.oid === view.oldOid) return 'old'
  if (present && present.oid === view.newOid) return 'new'
  if (!present && databases.some(({ oid }) => oid === view.oldOid)) return 'unnamed'
  return 'other'
}

/** What an interrupted restore or undo left, and what recovering would do about it. */
export interface Assessment {
  live: Live
  /** Is the database that the services use closed to them? */
  isClosed: boolean
  /** What is there now, as a sentence. */
  finding: string
  /** What recovering does, in its order. */
  steps: string[]
}

/**
 * Reads the state of an interrupted restore out of the databases' numbers; changes nothing.
 * @param names of `namesOf`
 */
export function assess(
  view: JournalView,
  names: { live: string; fresh: string; before: string; undone: string },
  databases: readonly FoundDatabase[],
): Assessment {
  const live = whatIsLive(view, names.live, databases)
  const isClosed = databases.some(({ name, isOpen }) => name === names.live && !isOpen)
  const opening = isClosed ? [`Open ${names.live} to connections`] : []
  const copies = copiesOf(view, names, databases).map(({ name }) => `Drop the unfinished copy ${name}`)
  const wasSwapped = view.done.has('swap')
  const restart = ['Restart the services', 'Wait until every pod is ready']
  const closed = isClosed ? ` ${names.live} accepts no connections, so the services cannot work.` : ''
  if (live === 'other') {
    const list = databases.map(({ name }) => name).join(', ')
    const finding = `${names.live} is neither the previous nor the restored database of this restore. The server has: ${list}.`
    return { live, isClosed, finding: finding + closed, steps: opening }
  }
  if (live === 'unnamed') {
    return {
      live,
      isClosed,
      finding: `No database is called ${names.live}; the previous one exists under another name. The services cannot work.`,
      steps: [`Give the previous database its name ${names.live} back`, ...copies, ...restart],
    }
  }
  if (live === 'old') {
    return {
      live,
      isClosed,
      finding: (wasSwapped ? 'The previous data is live again.' : 'The previous data is live.') + closed,
      steps: [...opening, ...copies, ...(wasSwapped ? restart.slice(0, 1) : [])],
    }
  }
  const isKept = databases.some(({ oid }) => oid === view.oldOid)
  return {
    live,
    isClosed,
    finding: (isKept ? `The restored data is live; the previous database is ${names.before}.` : 'The restored data is live; the previous database is gone.') + closed, // prettier-ignore
    steps: [...opening, ...(isKept ? restart : [])],
  }
}

/**
 * Copies that this restore made and that are not live. Where the console died between making a copy and noting its number, the name
 * tells: it holds the restore's own id.
 */
export function copiesOf(
  view: JournalView,
  names: { live: string; fresh: string; undone: string },
  databases: readonly FoundDatabase[],
): FoundDatabase[] {
  const own = new Set([names.fresh, names.undone])
  return databases.filter(
    ({ oid, name }) =>
      own.has(name) &&
      oid !== view.oldOid &&
      (view.newOid === undefined ? name === names.fresh && view.begun.has('create') : oid === view.newOid),
  )
}
