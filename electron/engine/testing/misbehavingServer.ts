import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { client, localhost, authority, type KeyPair } from './certificates.ts'
import type { ClusterEntry, KubeContext, UserEntry } from '../kube/types.ts'

/** One request as the server saw it. */
interface SeenRequest {
  method: string
  /** Without the query. */
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: string
}

export type Reply = (request: SeenRequest, response: ServerResponse, socket: Socket) => void | Promise<void>

/** Called with an accepted WebSocket; reads and writes it as the scripted peer. A number refuses with that status. */
export type SocketReply = number | ((socket: WebSocket, request: SeenRequest) => void)

export interface MisbehavingServer {
  readonly url: string
  readonly requests: SeenRequest[]
  /** TCP connections accepted so far. */
  readonly connections: number
  /** The replies to a path, one per request in this order; the last one answers every further request. */
  on(path: string, ...replies: Reply[]): void
  /** WebSockets at a path; the first wanted subprotocol that is offered is chosen. */
  onSocket(path: string, protocols: string[], ...replies: SocketReply[]): void
  requestsTo(path: string): SeenRequest[]
  /** A frozen context for this server. */
  context(user?: Partial<UserEntry>, cluster?: Partial<ClusterEntry>): KubeContext
  /** Cuts every open connection. */
  cutAll(): void
  stop(): Promise<void>
}

interface ServerOptions {
  keyPair?: KeyPair
  /** Asks clients for a certificate of the test authority and refuses those without. */
  demandsCertificate?: boolean
  plain?: boolean
}

/**
 * A real HTTP(S) server on loopback that answers as a test tells it, however badly. Kept for tests: it speaks no
 * Kubernetes by itself.
 */
export async function startMisbehavingServer(options: ServerOptions = {}): Promise<MisbehavingServer> {
  const requests: SeenRequest[] = []
  const sockets = new Set<Socket | Duplex>()
  const replies = new Map<string, Reply[]>()
  const peers = new Map<string, { protocols: string[]; replies: SocketReply[] }>()
  let connections = 0

  const answer = (incoming: IncomingMessage, response: ServerResponse): void => {
    readBody(incoming).then(
      async (body) => {
        const seen = see(incoming, body)
        requests.push(seen)
        const script = replies.get(seen.path)
        const reply = script && (script.length > 1 ? script.shift() : script[0])
        await (reply ?? status(404, 'NotFound'))(seen, response, incoming.socket)
      },
      () => undefined,
    )
  }
  const tls = {
    ...(options.keyPair ?? localhost),
    ...(options.demandsCertificate ? { ca: authority, requestCert: true } : {}),
  }
  const server = options.plain ? createPlainServer(answer) : createTlsServer(tls, answer)
  server.keepAliveTimeout = 60_000
  server.on(options.plain ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  acceptWebSockets()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `${options.plain ? 'http' : 'https'}://127.0.0.1:${port}`

  function acceptWebSockets(): void {
    server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      const seen = see(incoming, '')
      requests.push(seen)
      const peer = peers.get(seen.path)
      const reply = peer && (peer.replies.length > 1 ? peer.replies.shift() : peer.replies[0])
      if (!peer || typeof reply === 'number') {
        refuseUpgrade(socket, typeof reply === 'number' ? reply : 404)
        return
      }
      const offered = [...(incoming.headers['sec-websocket-protocol'] ?? '').split(',')].map((name) => name.trim())
      const chosen = offered.find((name) => peer.protocols.includes(name))
      const accepting = new WebSocketServer({ noServer: true, handleProtocols: () => chosen ?? false })
      accepting.handleUpgrade(incoming, socket, head, (accepted) => {
        accepted.on('error', () => undefined)
        reply?.(accepted, seen)
      })
    })
  }

  return {
    url,
    requests,
    get connections() {
      return connections
    },
    on: (path, ...script) => void replies.set(path, script),
    onSocket: (path, protocols, ...script) => void peers.set(path, { protocols, replies: script }),
    requestsTo: (path) => requests.filter((request) => request.path === path),
    context: (user = {}, cluster = {}) => contextFor(url, user, cluster),
    cutAll: () => sockets.forEach((socket) => socket.destroy()),
    stop: async () => {
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function contextFor(server: string, user: Partial<UserEntry>, cluster: Partial<ClusterEntry>): KubeContext {
  return Object.freeze({
    name: 'test',
    cluster: { name: 'test', server, caData: authority, skipTlsVerify: false, ...cluster },
    user: { name: 'admin', ...user },
    source: { path: '/nowhere/config', kind: 'added' as const },
    userFolder: '/',
    isCurrent: false,
    identity: server,
  })
}

function see(incoming: IncomingMessage, body: string): SeenRequest {
  const url = new URL(incoming.url ?? '/', 'http://server')
  const { method = 'GET', headers } = incoming
  return { method, path: url.pathname, query: url.searchParams, headers, body }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function refuseUpgrade(socket: Duplex, code: number): void {
  const body = JSON.stringify({ kind: 'Status', code, message: `refused with ${code}` })
  socket.end(
    `HTTP/1.1 ${code} Refused\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
}

/** A JSON answer. */
export const json =
  (body: unknown, code = 200, headers: Record<string, string> = {}): Reply =>
  (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

/** A Kubernetes Status. */
export const status = (
  code: number,
  reason: string,
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Reply =>
  json(
    { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `${reason} by script`, ...more },
    code,
    headers,
  )

/** How a streamed answer ends: properly, with a reset, or never (half-open). */
export type Ending = 'end' | 'reset' | 'silence'

/** Chunks exactly as given, each flushed by itself, so that lines and characters can be cut anywhere. */
export const chunks =
  (parts: readonly (string | Uint8Array)[], ending: Ending = 'end', headers: Record<string, string> = {}): Reply =>
  async (_request, response, socket) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers })
    response.flushHeaders()
    for (const part of parts) {
      await new Promise<void>((resolve) => response.write(part, () => resolve()))
      // The next chunk must arrive by itself: let the network stack deliver this one first.
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    if (ending === 'end') response.end()
    else if (ending === 'reset') socket.destroy()
  }

/** The sign-in material of the test client. */
export const clientCertificate = { certData: client.cert, keyData: client.key }
