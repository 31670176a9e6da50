import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { ApiError } from '../../api/errors.ts'
import { SpdyConnection } from './spdyConnection.ts'

export type Upgraded =
  { kind: 'websocket'; socket: WebSocket; protocol: string } | { kind: 'spdy'; connection: SpdyConnection }

export interface Upgrade {
  request: IncomingMessage
  socket: Duplex
  head: Buffer
}

const server = new WebSocketServer({
  noServer: true,
  maxPayload: 64 * 2 ** 20,
  // The request was narrowed down to the one protocol that was chosen.
  handleProtocols: (names) => [...names][0] ?? false,
})

/**
 * Completes the upgrade that the client asks for, with the first of its protocols that we speak.
 * @returns undefined when there is none; the client has then got its answer
 */
export function upgrade(
  { request, socket, head }: Upgrade,
  protocols: { webSocket: readonly string[]; spdy: string },
): Promise<Upgraded | undefined> {
  const wanted = request.headers.upgrade?.toLowerCase()
  if (wanted === 'websocket') return upgradeWebSocket({ request, socket, head }, protocols.webSocket)
  if (wanted === 'spdy/3.1') return Promise.resolve(upgradeSpdy({ request, socket, head }, protocols.spdy))
  refuse(socket, new ApiError(400, 'BadRequest', 'Upgrade request required'))
  return Promise.resolve(undefined)
}

function upgradeWebSocket({ request, socket, head }: Upgrade, known: readonly string[]): Promise<Upgraded | undefined> {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const protocol = offered.find((name) => known.includes(name))
  if (protocol === undefined) {
    refuse(
      socket,
      new ApiError(
        400,
        'BadRequest',
        `unable to negotiate protocol: client supports ${offered.join(',')}, server accepts ${known.join(',')}`,
      ),
    )
    return Promise.resolve(undefined)
  }
  request.headers['sec-websocket-protocol'] = protocol
  return new Promise((resolve) =>
    server.handleUpgrade(request, socket, head, (webSocket) =>
      resolve({ kind: 'websocket', socket: webSocket, protocol }),
    ),
  )
}

function upgradeSpdy({ request, socket, head }: Upgrade, protocol: string): Upgraded | undefined {
  const offered = String(request.headers['x-stream-protocol-version'] ?? protocol)
    .split(',')
    .map((name) => name.trim())
  if (!offered.includes(protocol)) {
    refuse(
      socket,
      new ApiError(
        403,
        'Forbidden',
        `unable to upgrade: unable to negotiate protocol: client supports ${offered.join(',')}`,
      ),
    )
    return undefined
  }
  const head101 = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    `X-Stream-Protocol-Version: ${protocol}`,
  ]
  socket.write(`${head101.join('\r\n')}\r\n\r\n`)
  if (head.length > 0) socket.unshift(head)
  return { kind: 'spdy', connection: new SpdyConnection(socket) }
}

/** Answers an upgrade request with a Status, the way a failed request without upgrade is answered. */
export function refuse(socket: Duplex, error: ApiError): void {
  const body = JSON.stringify(error.toStatus())
  const head = [
    `HTTP/1.1 ${error.code} ${error.reason}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.on('error', () => undefined)
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
