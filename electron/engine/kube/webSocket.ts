import type { ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { ConsoleError } from '#shared/errors.ts'
import { apiError } from './apiErrors.ts'
import { bounds, readBounded } from './bounds.ts'

interface Opening {
  headers: Record<string, string | string[]>
  dial: () => Promise<Duplex>
  signal: AbortSignal
  /** API path, for the error. */
  path: string
}

/** Node's own contract for `createConnection`: answer through the callback when it takes time. */
type CreateConnection = (options: unknown, callback: (error: Error | null, socket?: Duplex) => void) => undefined

/** A refused upgrade rejects with the API server's answer; its body, not the handshake, tells why. */
export function openWebSocket(url: string, protocols: string[], opening: Opening): Promise<WebSocket> {
  const createConnection: CreateConnection = (_options, callback) => {
    opening.dial().then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    )
    return undefined
  }
  const socket = new WebSocket(url, protocols, {
    headers: opening.headers as Record<string, string>,
    perMessageDeflate: false,
    handshakeTimeout: 30_000,
    maxPayload: 64 * 1024 * 1024,
    createConnection: createConnection as unknown as ClientRequestArgs['createConnection'],
  })

  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      opening.signal.removeEventListener('abort', abort)
      socket.off('open', opened).off('error', failed).off('unexpected-response', refused)
      settle()
    }
    const opened = (): void => {
      // What the server sends at once would be lost before the caller listens.
      socket.pause()
      finish(() => resolve(socket))
    }
    const failed = (error: Error): void => finish(() => reject(error))
    const abort = (): void =>
      finish(() => {
        socket.on('error', () => undefined)
        socket.terminate()
        reject(new ConsoleError('CANCELLED', 'Stopped on request.'))
      })
    const refused = (_request: unknown, response: import('node:http').IncomingMessage): void => {
      const answer = (body: string): void =>
        finish(() => {
          socket.on('error', () => undefined)
          response.destroy()
          reject(apiError({ status: response.statusCode ?? 0, body, method: 'GET', path: opening.path }))
        })
      // One whose body breaks off is still refused, with its status.
      readBounded(response, bounds.refusal).then(
        ({ text }) => answer(text),
        () => answer(''),
      )
    }
    socket.once('open', opened).once('error', failed).once('unexpected-response', refused)
    if (opening.signal.aborted) abort()
    else opening.signal.addEventListener('abort', abort, { once: true })
  })
}
