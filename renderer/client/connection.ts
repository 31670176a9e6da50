import { create } from 'zustand'
import { ConsoleError } from '#shared/errors.ts'
import { isEngineMessage, requestPort, type EngineNotice } from '#shared/rpc/handshake.ts'
import { createClient, type Client } from './client.ts'

export interface Connection {
  state: 'connecting' | 'connected' | 'restarting' | 'given-up'
  client: Client | null
  /** Increases with every new line to the engine; streams subscribe again when it does. */
  generation: number
  /** Why the engine is gone, for people. */
  reason: string
  attempt: number
  limit: number
  /** When the line was lost, milliseconds since 1970; null while it is there. */
  lostAt: number | null
}

export const useConnection = create<Connection>(() => ({
  state: 'connecting',
  client: null,
  generation: 0,
  reason: '',
  attempt: 0,
  limit: 0,
  lostAt: null,
}))

/** The client of the moment. Throws ENGINE_LOST while there is none. */
export function engine(): Client {
  const { client } = useConnection.getState()
  if (client) return client
  throw new ConsoleError(
    'ENGINE_LOST',
    'The console has no connection to its engine at the moment. Nothing was sent. Try again when the banner is gone.',
  )
}

/** Takes notice of the engine's life. Exported for the sample engine of tests. */
export function receiveNotice(notice: EngineNotice, port?: MessagePort): void {
  if (notice.state === 'connected') {
    if (!port) return
    useConnection.setState((before) => ({
      state: 'connected',
      client: createClient(port),
      generation: before.generation + 1,
      reason: '',
      attempt: 0,
      lostAt: null,
    }))
    return
  }
  useConnection.setState((before) => ({
    ...notice,
    client: null,
    lostAt: before.lostAt ?? Date.now(),
  }))
}

/** Asks main for a line again: after it gave up, this starts the engine by hand. */
export function askForEngine(): void {
  window.postMessage(requestPort, window.location.origin)
}

/** Listens for the preload script's messages. Only messages of this very window count: a frame could post look-alikes. */
export function listenForEngine(page: Window): () => void {
  const onMessage = (event: MessageEvent<unknown>) => {
    if (event.source !== page || !isEngineMessage(event.data)) return
    receiveNotice(event.data.notice, event.ports[0])
  }
  page.addEventListener('message', onMessage)
  return () => page.removeEventListener('message', onMessage)
}
