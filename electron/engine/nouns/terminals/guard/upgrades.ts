import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { asConsoleError } from '#shared/errors.ts'
import type { RelayedResponse } from '../../../kube/index.ts'
import { answerHeaders, impersonated, requestHeaders } from './headers.ts'
import type { ProxyNeeds } from './needs.ts'
import { statusBody, statusOf } from './statusAnswer.ts'

interface Upgrade {
  incoming: IncomingMessage
  socket: Duplex
  head: Buffer
}

/** Bytes that a client may send before it was answered, and bytes of an answer that is no upgrade. */
const [earlyLimit, answerLimit] = [64 << 10, 1 << 20]

const protocols: Readonly<Record<string, string>> = { websocket: 'websocket', 'spdy/3.1': 'SPDY/3.1' }

/**
 * A request for another protocol: exec, attach, port-forward, a watch over WebSocket. Bytes flow unseen only after the cluster said 101;
 * any other answer ends the connection, so nothing that follows it is taken for a second request.
 * @param refused why it is not even looked at
 */
export async function relayUpgrade(needs: ProxyNeeds, upgrade: Upgrade, refused?: string): Promise<void> {
  const { incoming, socket } = upgrade
  const gone = new AbortController()
  socket.on('error', () => gone.abort()).once('close', () => gone.abort())
  if (refused !== undefined) {
    answer(socket, 401, refused)
    return
  }
  const protocol = protocols[(incoming.headers.upgrade ?? '').toLowerCase()]
  if (protocol === undefined) {
    answer(socket, 400, 'The console passes on WebSocket and SPDY/3.1, no other protocol.')
    return
  }
  const early = gather(upgrade, gone)
  try {
    const { method = '', url = '', headers } = incoming
    const request = { method, target: url, headers, body: Buffer.alloc(0), isUpgrade: true }
    const around = { actsAs: impersonated(incoming), signal: gone.signal }
    const { verdict, settle } = await needs.guard.admit(needs.terminal, request, around)
    let status: number | undefined
    try {
      const connection = await needs.connection()
      const relayed = await connection.relayUpgrade({
        method,
        target: verdict.target,
        headers: requestHeaders(incoming, protocol),
        signal: gone.signal,
      })
      if ('status' in relayed) {
        status = relayed.status
        await answerAs(socket, relayed)
      } else {
        status = 101
        socket.write(head101(relayed.headers))
        socket.write(relayed.head)
        relayed.socket.write(early.take())
        await joined(socket, relayed.socket)
      }
      await settle(status)
    } catch (thrown) {
      await settle(status, asConsoleError(thrown).message)
      throw thrown
    }
  } catch (thrown) {
    const error = asConsoleError(thrown)
    if (error.code === 'INTERNAL') console.error(error.cause ?? error)
    answer(socket, statusOf(error), error.message)
  }
}

/** Bytes flow both ways until both ends are closed; what one end has sent before it closed still reaches the other. */
function joined(one: Duplex, other: Duplex): Promise<unknown> {
  const flow = (from: Duplex, to: Duplex): Promise<void> =>
    new Promise((resolve) => {
      from
        .on('error', () => undefined)
        .once('close', () => {
          to.end(() => to.destroy())
          resolve()
        })
        .pipe(to)
    })
  return Promise.all([flow(one, other), flow(other, one)])
}

/** Reads what comes before the answer, so that a client that goes away is noticed. */
function gather({ socket, head }: Upgrade, gone: AbortController): { take: () => Buffer } {
  const chunks = [head]
  let size = head.length
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk)
    size += chunk.length
    if (size > earlyLimit) socket.destroy()
  }
  const onEnd = (): void => gone.abort()
  socket.on('data', onData).once('end', onEnd)
  return {
    take: () => {
      socket.pause()
      socket.off('data', onData).off('end', onEnd)
      return Buffer.concat(chunks)
    },
  }
}

function head101(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const names = ['connection', 'upgrade', 'sec-websocket-accept', 'sec-websocket-protocol', 'x-stream-protocol-version']
  const lines = names.flatMap((name) => [headers[name] ?? []].flat().map((value) => `${name}: ${value}`))
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`
}

function answer(socket: Duplex, code: number, message: string): void {
  write(socket, code, { 'content-type': 'application/json' }, Buffer.from(statusBody(code, message)))
}

async function answerAs(socket: Duplex, { status, headers, body }: RelayedResponse): Promise<void> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > answerLimit) break
    chunks.push(chunk)
  }
  write(socket, status, answerHeaders(headers), Buffer.concat(chunks))
}

function write(socket: Duplex, code: number, headers: Record<string, string | string[]>, body: Buffer): void {
  if (socket.destroyed) return
  const { 'content-length': _length, ...rest } = headers
  const lines = Object.entries(rest).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`))
  socket.write(
    `HTTP/1.1 ${code} \r\n${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`,
  )
  socket.end(body)
  // The client may hold its half open.
  socket.resume()
}
