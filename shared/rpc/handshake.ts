/**
 * How the page gets its line to the engine. Main posts a MessagePort to the preload script; the preload script passes it on with
 * `window.postMessage`. After that nothing of the data passes through main.
 */

/** IPC channel, page to main: "I have loaded, give me a line". Carries no arguments. */
export const requestPort = 'console:request-port'

/** IPC channel, main to preload: an `EngineNotice`, with the MessagePort when the state is `connected`. */
export const engineNotice = 'console:engine'

/** What the page is told about the engine's life. */
export type EngineNotice =
  | { state: 'connected'; starts: number }
  /** It died and is being started again; `attempt` of `limit` within the last minutes. */
  | { state: 'restarting'; attempt: number; limit: number; reason: string }
  /** It died too often: the window offers to start it again by hand. */
  | { state: 'given-up'; reason: string }

/** The envelope of the window message, so that the page can tell it from messages of other origins. */
export interface EngineMessage {
  source: 'agency-swarm-console'
  notice: EngineNotice
}

export function isEngineMessage(data: unknown): data is EngineMessage {
  return typeof data === 'object' && data !== null && 'source' in data && data.source === 'agency-swarm-console'
}
