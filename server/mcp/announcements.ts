import { followChanges } from '../database/changeFeed.ts'
import type { DatabaseSettings } from '../database/connection.ts'
import type { Sessions } from './sessions.ts'

/** Changes within this time are one announcement. Milliseconds. */
const gathering = 200

/**
 * Tells clients with an open stream that the list of documents changed, and ends the sessions of logins that were ended.
 */
export function announceChanges(
  settings: DatabaseSettings,
  sessions: Pick<Sessions, 'announceKnowledge' | 'endOfLogin'>,
  log: { readonly warn: (fields: object, message: string) => void },
): { readonly close: () => Promise<void> } {
  const feed = followChanges(settings, 'mcp', (error) => log.warn({ err: error }, 'the change feed was interrupted'))
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
  return {
    close: async () => {
      clearTimeout(pending)
      await feed.close()
    },
  }
}
