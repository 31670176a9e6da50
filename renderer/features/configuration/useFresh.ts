import { useEffect } from 'react'
import { create } from 'zustand'
import { useCall, type CallState, type Client } from '../../client/index.ts'

/** Configuration changes seldom; this often is enough to see what others did. */
const interval = 15_000

const useSaves = create<{ count: number }>(() => ({ count: 0 }))

/** Something was changed from this window, perhaps by an undo on another page: what is shown is read again at once. */
export function noteSave(): void {
  useSaves.setState(({ count }) => ({ count: count + 1 }))
}

export interface Fresh<Value> extends CallState<Value> {
  /** When the shown value was read, where it could not be renewed since. */
  staleSince: number | undefined
}

/** Asks when mounted and every 15 s; the last answer stays when a later one fails. */
export function useFresh<Value>(
  ask: (client: Client, signal: AbortSignal) => Promise<Value>,
  dependencies: readonly string[],
): Fresh<Value> {
  const { value, error, isLoading, reload } = useCall(
    async (client, signal) => ({ answer: await ask(client, signal), at: Date.now() }),
    dependencies,
  )
  useEffect(() => {
    const timer = setInterval(reload, interval)
    return () => clearInterval(timer)
  }, [reload])
  const saves = useSaves((state) => state.count)
  useEffect(() => {
    if (saves > 0) reload()
  }, [saves, reload])
  return { value: value?.answer, error, isLoading, reload, staleSince: error && value ? value.at : undefined }
}
