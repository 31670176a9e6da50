import type { WebSocket } from '@fastify/websocket'
import type { FastifyBaseLogger } from 'fastify'
import type { Gauge } from 'prom-client'
import { z } from 'zod'
import type { Identity, Tokens } from '../common/tokens.ts'

/** Close codes 4000-4999 are the application's own. */
const closeCodes = { unauthenticated: 4401, slow: 4408 } as const

const authenticateDeadline = 5_000
const heartbeatMilliseconds = 20_000
/** A reader that lets this much pile up is dropped: its backlog must not become ours. Bytes. */
const largestBacklog = 1_000_000

const firstMessage = z.object({ type: z.literal('authenticate'), token: z.string().max(4_096) })

export interface HubOptions {
  readonly tokens: Tokens
  readonly log: FastifyBaseLogger
  readonly connections: Gauge
  /** What a client gets once it is authenticated. */
  readonly snapshot: () => Promise<object>
}

export interface Hub {
  readonly accept: (socket: WebSocket) => void
  readonly broadcast: (message: object) => void
  readonly hasListeners: () => boolean
  readonly close: () => void
}

/** The authenticated WebSockets: who is silent, too slow or out of time is dropped, the others get every broadcast. */
export function createHub({ tokens, log, connections, snapshot }: HubOptions): Hub {
  const listeners = new Set<WebSocket>()
  const answered = new WeakSet<WebSocket>()

  const deliver = (socket: WebSocket, text: string) => {
    if (socket.bufferedAmount > largestBacklog) {
      socket.close(closeCodes.slow, 'too slow')
      socket.terminate()
    } else if (socket.readyState === socket.OPEN) socket.send(text)
  }

  const welcome = async (socket: WebSocket, identity: Identity) => {
    const lifetime = identity.expiresAt * 1000 - Date.now()
    // A timer holds at most 2^31 - 1 milliseconds; tokens live a day at most.
    const expiry = setTimeout(() => {
      socket.close(closeCodes.unauthenticated, 'the token has expired')
    }, lifetime)
    socket.once('close', () => {
      clearTimeout(expiry)
    })
    // First a listener, then the snapshot: a change between the two arrives rather than being lost.
    listeners.add(socket)
    answered.add(socket)
    connections.set(listeners.size)
    deliver(
      socket,
      JSON.stringify({ type: 'snapshot', name: identity.name, permission: identity.permission, ...(await snapshot()) }),
    )
  }

  const authenticate = async (socket: WebSocket, data: string) => {
    try {
      const { token } = firstMessage.parse(JSON.parse(data))
      await welcome(socket, await tokens.verify(token))
    } catch (error) {
      log.info({ reason: error instanceof Error ? error.name : 'unknown' }, 'websocket refused')
      socket.close(closeCodes.unauthenticated, 'a valid token is needed')
    }
  }

  const heartbeat = setInterval(() => {
    for (const socket of listeners) {
      if (answered.delete(socket)) socket.ping()
      else socket.terminate()
    }
  }, heartbeatMilliseconds)

  return {
    accept: (socket) => {
      const deadline = setTimeout(() => {
        socket.close(closeCodes.unauthenticated, 'no token came')
      }, authenticateDeadline)
      socket.on('error', () => undefined)
      socket.on('pong', () => answered.add(socket))
      socket.once('message', (data: Buffer) => {
        clearTimeout(deadline)
        void authenticate(socket, data.toString())
      })
      socket.once('close', () => {
        clearTimeout(deadline)
        listeners.delete(socket)
        connections.set(listeners.size)
      })
    },
    broadcast: (message) => {
      const text = JSON.stringify(message)
      for (const socket of listeners) deliver(socket, text)
    },
    hasListeners: () => listeners.size > 0,
    close: () => {
      clearInterval(heartbeat)
      for (const socket of listeners) socket.close(1001, 'the service restarts')
    },
  }
}
