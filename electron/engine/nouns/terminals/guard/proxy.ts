import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import type { Duplex } from 'node:stream'
import { createAuthority, createServerCertificate } from '#shared/certificates/certificate.ts'
import { asConsoleError } from '#shared/errors.ts'
import { readBody } from './body.ts'
import { answerHeaders, impersonated, requestHeaders } from './headers.ts'
import type { LoopbackDoor } from './kubeconfig.ts'
import type { ProxyNeeds } from './needs.ts'
import { statusBody, statusOf } from './statusAnswer.ts'
import type { TerminalRequest } from './terminalRequest.ts'
import { relayUpgrade } from './upgrades.ts'

export interface TerminalProxy {
  readonly door: LoopbackDoor
  /** Ends what is under way. */
  close(): void
}

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * An HTTPS server on this machine's loopback for one terminal, which passes its requests on over the engine's own connection. It has a
 * certificate of its own, whose authority signed nothing else and is forgotten at once, and a token that only this terminal's kubeconfig
 * knows. Requests are read whole and written again: nothing is passed on as it came, so two readers cannot see two requests in one.
 */
export async function startProxy(needs: ProxyNeeds): Promise<TerminalProxy> {
  const authority = createAuthority('agency-swarm-console terminal')
  const { key, certificate } = createServerCertificate(authority, 'agency-swarm-console', ['127.0.0.1', 'localhost'])
  const token = randomBytes(32).toString('base64url')
  const isAuthorised = authoriser(token)
  const server = createServer({ key, cert: certificate, ALPNProtocols: ['http/1.1'], maxHeaderSize: 64 << 10 })
  // kubectl keeps idle connections for 90 s: closing them earlier would break the request that comes next.
  server.keepAliveTimeout = 120_000
  const sockets = track(server)
  server.on('request', (incoming, response) => {
    if (!isAuthorised(incoming)) {
      refuse(response, 401, unauthorised)
      return
    }
    void pass(needs, incoming, response)
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    void relayUpgrade(needs, { incoming, socket, head }, isAuthorised(incoming) ? undefined : unauthorised)
  })
  server.on('clientError', (_error, socket) => void socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  return {
    door: { port: (server.address() as AddressInfo).port, authority: authority.certificate, token },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const unauthorised = 'This address belongs to one terminal of the console and takes its own kubeconfig only.'

function authoriser(token: string): (incoming: IncomingMessage) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  const expected = digest(`Bearer ${token}`)
  return ({ headers }) => timingSafeEqual(digest(headers.authorization ?? ''), expected)
}

function track(server: Server): Set<Socket> {
  const sockets = new Set<Socket>()
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  return sockets
}

async function pass(needs: ProxyNeeds, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { terminal, guard } = needs
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    const method = incoming.method ?? ''
    if (!methods.includes(method)) {
      refuse(response, 405, `The console does not pass ${method} requests on.`)
      return
    }
    if (!incoming.httpVersion.startsWith('1.')) {
      refuse(response, 400, 'The console takes HTTP/1.1.')
      return
    }
    const body = await readBody(incoming)
    if (body === undefined) {
      refuse(response, 413, 'The request is larger than any API server takes.')
      return
    }
    const request: TerminalRequest = {
      method,
      target: incoming.url ?? '',
      headers: incoming.headers,
      body,
      isUpgrade: false,
    }
    const around = { actsAs: impersonated(incoming), signal: gone.signal }
    const { verdict, settle } = await guard.admit(terminal, request, around)
    let status: number | undefined
    try {
      const connection = await needs.connection()
      const answer = await connection.relay({
        method,
        target: verdict.target,
        headers: requestHeaders(incoming),
        ...(verdict.body.length === 0 ? {} : { body: verdict.body }),
        signal: gone.signal,
      })
      status = answer.status
      response.writeHead(answer.status, answerHeaders(answer.headers)).flushHeaders()
      await pipeline(answer.body, response)
      await settle(status)
    } catch (thrown) {
      await settle(status, asConsoleError(thrown).message)
      throw thrown
    }
  } catch (thrown) {
    if (response.headersSent || response.destroyed) return void response.destroy()
    const error = asConsoleError(thrown)
    if (error.code === 'INTERNAL') console.error(error.cause ?? error)
    refuse(response, statusOf(error), error.message)
  }
}

function refuse(response: ServerResponse, code: number, message: string): void {
  // What is left of the request is not read: the connection ends with the answer.
  response.writeHead(code, { 'content-type': 'application/json', connection: 'close' }).end(statusBody(code, message))
}
