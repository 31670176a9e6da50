import { request as sendRequest, type ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RelayedRequest, RelayedResponse, RelayedUpgrade } from './types.ts'

/** Node's own contract for `createConnection`: answer through the callback when it takes time. */
type CreateConnection = (options: unknown, callback: (error: Error | null, socket?: Duplex) => void) => undefined

/**
 * Asks the server to change protocol, on a connection of its own. A server that does not want to answers as usual: then that is the
 * answer, and nothing more is sent on this connection.
 */
export function sendUpgrade(
  server: string,
  request: RelayedRequest,
  dial: () => Promise<Duplex>,
): Promise<RelayedResponse | RelayedUpgrade> {
  const url = new URL(server)
  const createConnection: CreateConnection = (_options, callback) => {
    dial().then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    )
    return undefined
  }
  const { method, target, headers, signal } = request
  const sending = sendRequest({
    method,
    path: `${url.pathname.replace(/\/$/, '')}${target}`,
    headers: { ...headers, host: url.host } as Record<string, string | string[]>,
    signal,
    createConnection: createConnection as unknown as NonNullable<ClientRequestArgs['createConnection']>,
  })
  return new Promise((resolve, reject) => {
    sending
      .once('error', reject)
      .once('upgrade', (response, socket, head) => resolve({ headers: response.headers, socket, head }))
      .once('response', (response) =>
        resolve({ status: response.statusCode ?? 502, headers: response.headers, body: response }),
      )
      .end()
  })
}
