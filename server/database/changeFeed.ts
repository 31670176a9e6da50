import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { clientConfig, type DatabaseSettings } from './connection.ts'
import { changeKinds, type ChangeKind } from './events.ts'

export interface Change {
  readonly kind: ChangeKind
  readonly id: string
}

interface FeedEvents {
  change: [Change]
  /** The feed was interrupted: until `resync`, changes are missed. */
  lost: []
  /** The feed begins, or is back: changes may have been missed, so read everything again. */
  resync: []
}

export interface ChangeFeed {
  readonly on: <Name extends keyof FeedEvents>(name: Name, listener: (...args: FeedEvents[Name]) => void) => void
  readonly close: () => Promise<void>
}

const shortestPause = 200
const longestPause = 3_000
/** A connection whose peer vanished says nothing: a small query shows it. Milliseconds. */
const heartbeat = 10_000

const kinds: ReadonlySet<string> = new Set(changeKinds)

function parseChange(payload: string | undefined): Change | undefined {
  const [kind = '', id] = (payload ?? '').split(':', 2)
  return kinds.has(kind) && id !== undefined ? { kind: kind as ChangeKind, id } : undefined
}

/**
 * Changes as PostgreSQL announces them. It holds one connection of its own, and takes a new one by itself after a restart or after the
 * database was swapped. It is the alarm bell, not the record: `events.ts` reads what happened without gaps.
 */
export function followChanges(settings: DatabaseSettings, service: string, onLost: (error: Error) => void): ChangeFeed {
  const events = new EventEmitter<FeedEvents>()
  const stopping = new AbortController()

  const listenOnce = async (onListening: () => void): Promise<void> => {
    const client = new Client({ ...clientConfig(settings, `${service}-feed`), query_timeout: 5_000 })
    const lost = new Promise<never>((_resolve, reject) => {
      client.on('error', reject)
      client.on('end', () => reject(new Error('The connection of the change feed ended.')))
      stopping.signal.addEventListener('abort', () => reject(new Error('The change feed was closed.')), { once: true })
    })
    // It may reject while nobody is waiting for it yet.
    lost.catch(() => undefined)
    client.on('notification', ({ payload }) => {
      const change = parseChange(payload)
      if (change !== undefined) events.emit('change', change)
    })
    try {
      await Promise.race([client.connect(), lost])
      await Promise.race([client.query('LISTEN archon_changes'), lost])
      onListening()
      for (;;) {
        await Promise.race([pause(heartbeat, undefined, { ref: false }), lost])
        await Promise.race([client.query('SELECT 1'), lost])
      }
    } finally {
      client.end().catch(() => undefined)
    }
  }

  const follow = async (): Promise<void> => {
    let wait = shortestPause
    while (!stopping.signal.aborted) {
      try {
        await listenOnce(() => {
          wait = shortestPause
          events.emit('resync')
        })
      } catch (error) {
        if (stopping.signal.aborted) return
        events.emit('lost')
        onLost(error instanceof Error ? error : new Error(String(error)))
        await pause(wait * (0.5 + Math.random() / 2), undefined, { signal: stopping.signal }).catch(() => undefined)
        wait = Math.min(wait * 2, longestPause)
      }
    }
  }

  const running = follow()
  return {
    on: (name, listener) => {
      events.on(name, listener as never)
    },
    close: async () => {
      stopping.abort()
      await running
    },
  }
}
