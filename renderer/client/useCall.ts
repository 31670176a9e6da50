import { useCallback, useEffect, useRef, useState } from 'react'
import type { Fault } from '#shared/contract/base.ts'
import type { Client } from './client.ts'
import { engine, useConnection } from './connection.ts'
import { asFault } from './faults.ts'
import type { Dependency } from './useStream.ts'

export interface CallState<Value> {
  /** The newest answer; kept while a newer one is asked for. */
  value: Value | undefined
  error: Fault | undefined
  isLoading: boolean
  reload: () => void
}

type Ask<Value> = (client: Client, signal: AbortSignal) => Promise<Value>

/** Asks once when mounted, again when a dependency changes, the engine comes back, or on `reload`. `null` asks nothing. */
export function useCall<Value>(ask: Ask<Value> | null, dependencies: readonly Dependency[]): CallState<Value> {
  const client = useConnection((connection) => connection.client)
  const key = JSON.stringify(dependencies)
  const [tries, setTries] = useState(0)
  const [held, setHeld] = useState<{ key: string; value?: Value; error?: Fault }>({ key })
  const latest = useRef(ask)
  const isActive = ask !== null

  useEffect(() => {
    latest.current = ask
  })

  useEffect(() => {
    const question = latest.current
    if (!client || !isActive || !question) return
    const controller = new AbortController()
    question(client, controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setHeld({ key, value })
      },
      (thrown: unknown) => {
        if (controller.signal.aborted) return
        setHeld((before) => ({ ...(before.key === key ? before : { key }), error: asFault(thrown) }))
      },
    )
    return () => controller.abort()
  }, [client, key, isActive, tries])

  const reload = useCallback(() => setTries((count) => count + 1), [])
  const current = held.key === key ? held : { key }
  return {
    value: current.value,
    error: current.error,
    isLoading: isActive && current.value === undefined && current.error === undefined,
    reload,
  }
}

export interface Command<Arguments extends unknown[]> {
  /** Resolves true when it was done. Errors land in `error`, and in `onError` where one is given. */
  run: (...given: Arguments) => Promise<boolean>
  isBusy: boolean
  error: Fault | undefined
  forget: () => void
}

/** A call that a person starts: busy while it runs, its error kept until the next try. */
export function useCommand<Arguments extends unknown[]>(
  perform: (client: Client, ...given: Arguments) => Promise<unknown>,
  onError?: (fault: Fault) => void,
): Command<Arguments> {
  const [state, setState] = useState<{ isBusy: boolean; error?: Fault }>({ isBusy: false })
  const isRunning = useRef(false)
  const run = async (...given: Arguments) => {
    // The page may not have been drawn since the first click.
    if (isRunning.current) return false
    isRunning.current = true
    setState({ isBusy: true })
    try {
      await perform(engine(), ...given)
      setState({ isBusy: false })
      return true
    } catch (thrown) {
      const error = asFault(thrown)
      setState({ isBusy: false, error })
      onError?.(error)
      return false
    } finally {
      isRunning.current = false
    }
  }
  return { run, isBusy: state.isBusy, error: state.error, forget: () => setState({ isBusy: false }) }
}
