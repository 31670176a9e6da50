import { z } from 'zod'
import { Problem } from '../common/problems.ts'
import { endSessions, listSessions } from '../database/sessions.ts'
import { byId } from './identitySchemas.ts'
import { read, write, type Route } from './route.ts'

const session = z.object({
  id: z.uuid(),
  address: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  isThisOne: z.boolean(),
})

/** A user's own sessions. */
export const sessionRoutes: readonly Route[] = [
  read({
    url: '/sessions',
    id: 'listSessions',
    tag: 'authentication',
    summary: 'Your open sessions, newest first',
    permission: 'read_only',
    response: z.object({ sessions: z.array(session) }),
    handle: async ({ database, identity }) => {
      const sessions = await listSessions(database, identity.userId)
      return { sessions: sessions.map((each) => ({ ...each, isThisOne: each.id === identity.sessionId })) }
    },
  }),
  write({
    method: 'DELETE',
    url: '/sessions/:id',
    id: 'endSession',
    tag: 'authentication',
    summary: 'End one of your sessions; its tokens are refused from now on',
    permission: 'read_only',
    params: byId,
    audit: { event: 'session.ended', details: ({ params }) => ({ sessionId: params.id }) },
    handle: async ({ params, identity, transaction, afterCommit }, { revocations }) => {
      const own = await transaction
        .selectFrom('archon_sessions')
        .select('id')
        .where('id', '=', params.id)
        .where('user_id', '=', identity.userId)
        .executeTakeFirst()
      if (own === undefined) throw new Problem(404, 'no-such-session', 'You have no session with this id.')
      const ended = await endSessions(transaction, [own.id], 'ended-by-user')
      afterCommit(() => revocations.note(ended))
      return undefined
    },
  }),
]
