import { useCallback, useEffect, useRef, useState } from 'react'
import type { Fault } from '#shared/contract/base.ts'
import type { Client } from './client.ts'
import { useConnection } from './connection.ts'
import { asFault } from './faults.ts'
import { countLive, countWanted } from './watches.ts'

/** What names a subscription: it starts over when one of these changes. */
export type Dependency = string | number | boolean | null | undefined

export type StreamFactory<Item> = (client: Client, signal: AbortSignal) => Promise<AsyncIterable<Item>>

export interface StreamState<Value> {
  /** The newest value; kept while the line is down. Undefined until the first one arrives. */
  value: Value | undefined
  /** Why the stream ended. It is tried again by itself after a lost connection, and by `retry`. */
  error: Fault | undefined
  /** Since when the value is old (milliseconds since 1970); undefined while it is live. */
  staleSince: number | undefined
  /** Nothing has arrived yet and nothing failed. */
  isLoading: boolean
  retry: () => void
}

/** Errors that pass by themselves; others need a person. Half a second doubled up to 15 s between tries. */
const passing = new Set(['CONNECTION_LOST', 'CLUSTER_UNREACHABLE', 'TIMEOUT', 'STREAM_BROKEN', 'TOO_MANY_REQUESTS'])
const firstDelay = 500
const longestDelay = 15_000

interface Held<Value> {
  key: string
  value: Value | undefined
  error: Fault | undefined
  staleSince: number | undefined
}

/**
 * Subscribes while mounted, cancels on unmount, subscribes again when the engine comes back. `null` subscribes to nothing.
 * @param fold joins an item to what was there before; `before` is undefined at the start of every subscription
 */
export function useFoldedStream<Item, Value>(
  factory: StreamFactory<Item> | null,
  fold: (before: Value | undefined, item: Item) => Value,
  dependencies: readonly Dependency[],
): StreamState<Value> {
  const client = useConnection((connection) => connection.client)
  const lostAt = useConnection((connection) => connection.lostAt)
  const key = JSON.stringify(dependencies)
  const [tries, setTries] = useState(0)
  const [held, setHeld] = useState<Held<Value>>({ key, value: undefined, error: undefined, staleSince: undefined })
  const latest = useRef({ factory, fold })
  const isActive = factory !== null

  useEffect(() => {
    latest.current = { factory, fold }
  })

  useEffect(() => (isActive ? countWanted() : undefined), [isActive])

  useEffect(() => {
    const start = latest.current.factory
    if (!client || !isActive || !start) return
    return subscribe<Item, Value>(
      (signal) => start(client, signal),
      (before, item) => latest.current.fold(before, item),
      (change) => {
        setHeld((before) => ({ ...(before.key === key ? before : emptyHeld<Value>(key)), ...change }))
      },
    )
  }, [client, key, isActive, tries])

  const retry = useCallback(() => setTries((count) => count + 1), [])
  const current = held.key === key ? held : emptyHeld<Value>(key)
  return {
    value: current.value,
    error: current.error,
    staleSince: current.value === undefined ? undefined : (current.staleSince ?? lostAt ?? undefined),
    isLoading: current.value === undefined && current.error === undefined,
    retry,
  }
}

/** The newest item of a stream. */
export function useStream<Item>(
  factory: StreamFactory<Item> | null,
  dependencies: readonly Dependency[],
): StreamState<Item> {
  return useFoldedStream<Item, Item>(factory, newest, dependencies)
}

function newest<Item>(_before: Item | undefined, item: Item): Item {
  return item
}

function emptyHeld<Value>(key: string): Held<Value> {
  return { key, value: undefined, error: undefined, staleSince: undefined }
}

/** Runs one subscription with retries until the returned function is called. */
function subscribe<Item, Value>(
  start: (signal: AbortSignal) => Promise<AsyncIterable<Item>>,
  fold: (before: Value | undefined, item: Item) => Value,
  report: (change: Partial<Held<Value>>) => void,
): () => void {
  const controller = new AbortController()
  const { signal } = controller
  const setLive = countLive()
  const run = async () => {
    for (let delay = firstDelay; !signal.aborted; delay = Math.min(delay * 2, longestDelay)) {
      try {
        let value: Value | undefined
        for await (const item of await start(signal)) {
          if (signal.aborted) return
          value = fold(value, item)
          delay = firstDelay
          setLive(true)
          report({ value, error: undefined, staleSince: undefined })
        }
        return
      } catch (thrown) {
        if (signal.aborted) return
        const error = asFault(thrown)
        setLive(false)
        report({ error, staleSince: Date.now() })
        if (!passing.has(error.code)) return
      }
      await pause(delay, signal)
    }
  }
  void run()
  return () => {
    setLive(false)
    controller.abort()
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
