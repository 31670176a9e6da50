import type { IncomingHttpHeaders } from 'node:http'

/** A request of a terminal, whole. */
export interface TerminalRequest {
  method: string
  /** As it came: path and query. */
  target: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** It asks for another protocol: WebSocket or SPDY. */
  isUpgrade: boolean
}
