import type { ChangeFeed } from '../database/changeFeed.ts'
import type { Sessions } from './sessions.ts'

/** Changes within this time are one announcement. Milliseconds. */
const gathering = 200

/** Tells clients with an open stream that the list of documents changed, and ends the sessions of logins that were ended. */
export function announceChanges(
  feed: Pick<ChangeFeed, 'on'>,
  sessions: Pick<Sessions, 'announceKnowledge' | 'endOfLogin'>,
): { readonly close: () => void } {
  let pending: NodeJS.Timeout | undefined
  const announce = () => {
    pending ??= setTimeout(() => {
      pending = undefined
      sessions.announceKnowledge()
    }, gathering)
  }
  feed.on('change', ({ kind, id }) => {
    if (kind === 'knowledge') announce()
    if (kind === 'session') void sessions.endOfLogin(id)
  })
  feed.on('resync', announce)
  return { close: () => clearTimeout(pending) }
}
