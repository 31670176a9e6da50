import type { Duplex } from 'node:stream'
import type { WebSocket } from '@fastify/websocket'
import type { FastifyBaseLogger } from 'fastify'
import type { Identity } from '../../common/tokens.ts'
import type { Position } from '../../database/position.ts'
import type { Batch } from './batch.ts'
import type { CatchUp, CatchUpQuestion } from './catchUp.ts'
import { closeCodes, parseClientMessage, positionMessage, type ClientMessage } from './messages.ts'
import { createSubscriptions, type SharedMessages } from './subscriptions.ts'

const authenticateDeadline = 5_000
/** A reader that lets this much pile up is dropped: its backlog must not become ours. Bytes. */
const largestBacklog = 1_000_000
/** A dropped reader may still empty its backlog and see why; then the socket is cut. Milliseconds. */
const farewell = 10_000
const mostWaitingMessages = 20
/** A timer holds at most 2^31 - 1 milliseconds. */
const longestTimer = 2_147_483_647

export interface ClientOptions {
  readonly log: FastifyBaseLogger
  /** @throws when the token is not valid */
  readonly verify: (token: string) => Promise<Identity>
  readonly isSessionOver: (sessionId: string) => Promise<boolean>
  readonly catchUp: (question: CatchUpQuestion) => Promise<CatchUp>
  /** Resolves when this replica stands somewhere. */
  readonly begun: Promise<void>
  readonly position: () => Position | undefined
  readonly onSent: () => void
  readonly onSlow: () => void
}

export interface Client {
  /** Its session, and the one that it is about to enter: the end of either ends the connection. */
  readonly sessions: () => readonly string[]
  readonly deliver: (batch: Batch, shared: SharedMessages) => void
  readonly restart: () => void
  /** Asks for a sign of life, and says how far this replica is. A client that gave none since the last time is cut. */
  readonly beat: () => void
  readonly close: (code: number, reason: string) => void
}

/**
 * One socket: who it is, how long it may stay, and what it is told.
 * @param wire the connection under the socket
 */
export function createClient(socket: WebSocket, wire: Duplex, options: ClientOptions): Client {
  let identity: Identity | undefined
  let expiry: NodeJS.Timeout | undefined
  const sessions = new Set<string>()
  let hasAnswered = true
  let isDropped = false
  let waitingMessages = 0
  let work: Promise<void> = options.begun

  const close = (code: number, reason: string) => {
    isDropped = true
    socket.close(code, reason)
    setTimeout(() => socket.terminate(), farewell).unref()
  }

  const send = (message: string | Buffer) => {
    if (isDropped || socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > largestBacklog) {
      options.onSlow()
      close(closeCodes.slow, 'too slow')
      return
    }
    // Between two messages of the library, which writes each at once and whole, a frame of ours has its place.
    if (typeof message === 'string') socket.send(message)
    else wire.write(message)
    options.onSent()
  }

  const subscriptions = createSubscriptions({
    viewer: () => {
      if (identity === undefined) throw new Error('This socket is not signed in yet.')
      return { userId: identity.userId, permission: identity.permission }
    },
    catchUp: options.catchUp,
    position: options.position,
    send,
    onOverflow: () => {
      options.onSlow()
      close(closeCodes.slow, 'too slow')
    },
  })

  /** @throws when the token does not let this socket in */
  const admit = async (token: string): Promise<Identity> => {
    const next = await options.verify(token)
    if (identity !== undefined && identity.userId !== next.userId) throw new Error('The token is of another user.')
    // Known before it is asked about: whichever comes first, the answer or the news of its end, the end is seen.
    sessions.add(next.sessionId)
    if (await options.isSessionOver(next.sessionId)) throw new Error('The session was ended.')
    return next
  }

  const signIn = async (token: string) => {
    const before = identity
    const next = await admit(token).catch((error: unknown) => {
      options.log.info({ reason: error instanceof Error ? error.message : String(error) }, 'websocket refused')
    })
    if (next === undefined || isDropped) {
      close(closeCodes.unauthenticated, 'a valid token is needed')
      return
    }
    identity = next
    clearTimeout(expiry)
    const end = () => close(closeCodes.unauthenticated, 'the token has expired')
    expiry = setTimeout(end, Math.min(next.expiresAt * 1000 - Date.now(), longestTimer))
    const { name, permission, expiresAt } = next
    send(JSON.stringify({ type: 'authenticated', name, permission, expiresAt }))
    if (before === undefined) return
    // The fresh token may carry another permission than the rows were chosen by.
    if (before.permission === permission) return
    subscriptions.halt()
    await subscriptions.restart()
  }

  const handle = async (message: ClientMessage) => {
    if (message.type === 'authenticate') await signIn(message.token)
    else if (identity === undefined) close(closeCodes.unauthenticated, 'a valid token is needed')
    else if (message.type === 'subscribe') await subscriptions.add(message.topics, message.since)
    else subscriptions.remove(message.topics)
  }

  /** One after the other: an answer never overtakes the one before. */
  const enqueue = (task: () => Promise<void>) => {
    work = work.then(task).catch((error: unknown) => {
      options.log.warn({ err: error }, 'a client could not be served')
      close(closeCodes.restart, 'try again')
    })
  }

  const receive = (data: Buffer) => {
    if (isDropped) return
    waitingMessages += 1
    if (waitingMessages > mostWaitingMessages) {
      close(closeCodes.flooding, 'too many messages at once')
      return
    }
    let message: ClientMessage
    try {
      message = parseClientMessage(data.toString())
    } catch {
      close(identity === undefined ? closeCodes.unauthenticated : closeCodes.malformed, 'not a message of this service')
      return
    }
    enqueue(async () => {
      waitingMessages -= 1
      if (!isDropped) await handle(message)
    })
  }

  const deadline = setTimeout(() => {
    if (identity === undefined) close(closeCodes.unauthenticated, 'no token came')
  }, authenticateDeadline)
  socket.on('error', () => undefined)
  socket.on('pong', () => (hasAnswered = true))
  socket.on('message', receive)
  socket.once('close', () => {
    isDropped = true
    clearTimeout(deadline)
    clearTimeout(expiry)
  })

  return {
    sessions: () => [...sessions],
    deliver: (batch, shared) => {
      if (identity !== undefined && !isDropped) subscriptions.deliver(batch, shared)
    },
    restart: () => {
      subscriptions.halt()
      if (identity !== undefined && !isDropped) enqueue(subscriptions.restart)
    },
    beat: () => {
      if (!hasAnswered) {
        socket.terminate()
        return
      }
      hasAnswered = false
      socket.ping()
      const position = subscriptions.told()
      if (position !== undefined) send(positionMessage(position))
    },
    close,
  }
}
