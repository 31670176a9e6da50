import { randomUUID } from 'node:crypto'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { Problem } from '../common/problems.ts'
import type { Identity } from '../common/tokens.ts'

export interface SessionLimits {
  readonly idleMilliseconds: number
  readonly perIdentity: number
  readonly total: number
}

export interface Session {
  readonly id: string
  readonly server: McpServer
  readonly transport: StreamableHTTPServerTransport
}

interface HeldSession extends Session {
  /** Of the newest request. Its owner never changes; its permission and expiry may. */
  identity: Identity
  usedAt: number
  /** Requests that are being answered; an open stream is none. */
  running: number
}

export interface Sessions {
  /** A new session for a client that initialises. @throws Problem 429 or 503 when there are too many */
  readonly open: (identity: Identity) => Promise<Session>
  /** The session, if this identity opened it. @throws Problem 404, so that the client initializes again */
  readonly find: (id: string, identity: Identity) => Session
  /** Runs an exchange of a session, which is not idle meanwhile. */
  readonly use: (session: Session, work: () => Promise<void>) => Promise<void>
  readonly end: (session: Session) => Promise<void>
  /** Ends the sessions of a login that was ended. */
  readonly endOfLogin: (sessionId: string) => Promise<void>
  readonly announceKnowledge: () => void
  readonly close: () => Promise<void>
}

export interface SessionsOptions {
  readonly limits: SessionLimits
  readonly createServer: () => McpServer
  readonly onCount: (open: number) => void
  readonly log: { readonly warn: (fields: object, message: string) => void }
}

/** An API key acts for the user who made it, and is another identity all the same. */
const isSame = (one: Identity, other: Identity) =>
  one.userId === other.userId &&
  one.isApiKey === other.isApiKey &&
  (one.isApiKey !== true || one.sessionId === other.sessionId)

/** How often idle sessions and streams with an outdated token are looked for. Milliseconds. */
const sweepInterval = 1_000

/** The sessions of this process. They live in its memory alone: another replica does not know them and answers 404. */
export function createSessions({ limits, createServer, onCount, log }: SessionsOptions): Sessions {
  const held = new Map<string, HeldSession>()

  const end = async (session: Session) => {
    if (!held.delete(session.id)) return
    onCount(held.size)
    await session.server.close().catch((error: unknown) => log.warn({ err: error }, 'closing a session failed'))
  }
  const endWhere = async (isMeant: (session: HeldSession) => boolean) => {
    await Promise.all([...held.values()].filter(isMeant).map(end))
  }

  const sweep = setInterval(() => {
    const now = Date.now()
    void endWhere(({ running, usedAt }) => running === 0 && now - usedAt > limits.idleMilliseconds)
    // A stream was allowed by a token; the client opens it again with a newer one.
    for (const { identity, transport } of held.values())
      if (identity.expiresAt * 1000 < now) transport.closeStandaloneSSEStream()
  }, sweepInterval)
  sweep.unref()

  /** A client that crashed leaves its session behind: the identity's own longest unused one makes room. */
  const makeRoom = async (asking: Identity) => {
    const own = [...held.values()].filter(({ identity }) => isSame(identity, asking))
    if (own.length >= limits.perIdentity) {
      const [idlest] = own.filter(({ running }) => running === 0).sort((a, b) => a.usedAt - b.usedAt)
      if (idlest === undefined)
        throw new Problem(429, 'too-many-sessions', 'All your sessions are busy. End one, or try again in a moment.', {
          'retry-after': '5',
        })
      await end(idlest)
    }
    if (held.size >= limits.total)
      throw new Problem(503, 'too-many-sessions', 'This service holds as many sessions as it can. Try again later.')
  }

  return {
    open: async (identity) => {
      await makeRoom(identity)
      const id = randomUUID()
      const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => id, enableJsonResponse: true })
      const session: HeldSession = { id, server: createServer(), transport, identity, usedAt: Date.now(), running: 0 }
      held.set(id, session)
      onCount(held.size)
      await session.server.connect(transport)
      return session
    },
    find: (id, identity) => {
      const session = held.get(id)
      if (session === undefined || !isSame(session.identity, identity))
        throw new Problem(404, 'no-such-session', 'This session has ended or is not yours. Initialise a new one.')
      session.identity = identity
      session.usedAt = Date.now()
      return session
    },
    use: async ({ id }, work) => {
      const session = held.get(id)
      if (session !== undefined) session.running += 1
      try {
        await work()
      } finally {
        if (session !== undefined) {
          session.running -= 1
          session.usedAt = Date.now()
        }
      }
    },
    end,
    endOfLogin: (sessionId) => endWhere(({ identity }) => identity.sessionId === sessionId),
    announceKnowledge: () => {
      for (const { server } of held.values()) server.sendResourceListChanged()
    },
    close: async () => {
      clearInterval(sweep)
      await endWhere(() => true)
    },
  }
}
