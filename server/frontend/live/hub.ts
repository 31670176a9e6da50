import type { Duplex } from 'node:stream'
import type { WebSocket } from '@fastify/websocket'
import type { Batch } from './batch.ts'
import { createClient, type Client, type ClientOptions } from './client.ts'
import { closeCodes } from './messages.ts'
import type { LiveMetrics } from './metrics.ts'
import type { SharedMessages } from './subscriptions.ts'

/** Twice this without a sign of life ends a connection. Milliseconds. */
const heartbeatMilliseconds = 20_000

export interface Hub {
  /** @param wire the connection under the socket; nothing on it is compressed */
  readonly accept: (socket: WebSocket, wire: Duplex) => void
  readonly broadcast: (batch: Batch) => void
  /** Everyone gets everything again. */
  readonly restart: () => void
  readonly close: () => void
}

export interface HubOptions extends Omit<ClientOptions, 'isSessionOver' | 'onSent' | 'onSlow'> {
  /** Those of the sessions that were ended. */
  readonly endedSessions: (ids: readonly string[]) => Promise<ReadonlySet<string>>
}

/** Everyone who is connected to this replica. */
export function createHub(options: HubOptions, metrics: LiveMetrics): Hub {
  const clients = new Set<Client>()

  const endSessions = (ended: ReadonlySet<string>) => {
    if (ended.size === 0) return
    for (const client of clients) {
      if (client.sessions().some((id) => ended.has(id)))
        client.close(closeCodes.unauthenticated, 'the session has ended')
    }
  }

  const heartbeat = setInterval(() => {
    for (const client of clients) client.beat()
  }, heartbeatMilliseconds)

  return {
    accept: (socket, wire) => {
      const client = createClient(socket, wire, {
        ...options,
        isSessionOver: async (id) => (await options.endedSessions([id])).has(id),
        onSent: metrics.countMessage,
        onSlow: () => metrics.slowClients.inc(),
      })
      clients.add(client)
      metrics.connections.set(clients.size)
      socket.once('close', () => {
        clients.delete(client)
        metrics.connections.set(clients.size)
      })
    },
    broadcast: (batch) => {
      const shared: SharedMessages = new Map()
      for (const client of clients) client.deliver(batch, shared)
      endSessions(new Set(batch.items.filter(({ kind }) => kind === 'session').map(({ id }) => id)))
    },
    restart: () => {
      for (const client of clients) client.restart()
      // The end of a session may be among the changes that nobody could tell.
      const all = [...new Set([...clients].flatMap((client) => client.sessions()))]
      options.endedSessions(all).then(endSessions, () => {
        for (const client of clients) client.close(closeCodes.restart, 'try again')
      })
    },
    close: () => {
      clearInterval(heartbeat)
      for (const client of clients) client.close(closeCodes.restart, 'the service restarts')
    },
  }
}
