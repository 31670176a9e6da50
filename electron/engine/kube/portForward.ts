import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { cancellation } from './abort.ts'
import { Gate, readFrame, sendFrames } from './channels.ts'
import { heartbeat } from './heartbeat.ts'
import { podPath } from './paths.ts'
import { sanitise } from './sanitise.ts'
import type { PortForward, PortForwardOptions } from './streamTypes.ts'
import type { ClusterConnection } from './types.ts'

/** One port a WebSocket: its data is channel 0, its errors channel 1; the first frame of each repeats the port number. */
const channels = { data: 0, error: 1 }

/** The protocol cannot half-close: after the caller's end, silence of this many milliseconds ends the connection. */
const endGrace = 5_000

/**
 * One connection to a pod's port, in process: for pg's `stream` option and the like. Its errors are ConsoleErrors.
 * RBAC: `get` and, from Kubernetes 1.35, `create` on pods/portforward.
 */
export async function openPort(
  connection: ClusterConnection,
  options: Omit<PortForwardOptions, 'localPort'>,
): Promise<Duplex> {
  const { namespace, pod, port, signal } = options
  const socket = await connection.webSocket(podPath(namespace, pod, 'portforward'), {
    query: { ports: port },
    protocols: ['v4.channel.k8s.io'],
    ...(signal ? { signal } : {}),
  })
  return new PortStream(socket, options)
}

class PortStream extends Duplex {
  readonly #socket: WebSocket
  readonly #gate: Gate
  readonly #headersDue = new Set([channels.data, channels.error])
  #lastHeard = Date.now()

  constructor(socket: WebSocket, { pod, port, signal }: Omit<PortForwardOptions, 'localPort'>) {
    super({ allowHalfOpen: true, highWaterMark: 256 * 1024 })
    this.#socket = socket
    this.#gate = new Gate(socket)
    const lost = (why: string): ConsoleError =>
      new ConsoleError('CONNECTION_LOST', `The connection to port ${port} of pod ${pod} broke: ${why}. Try again.`, {
        pod,
        port,
        why,
      })
    const abort = (): void => {
      if (signal) this.destroy(cancellation(signal))
    }
    const stopPings = heartbeat(socket, () => this.destroy(lost('the cluster no longer answers')))
    socket.on('message', (data) => this.#take(data, lost))
    socket.on('error', (error) => this.destroy(lost(error.message)))
    socket.once('close', (code) => {
      stopPings()
      signal?.removeEventListener('abort', abort)
      // 1006: no close frame, the connection was cut.
      if (code === 1006 && !this.destroyed) this.destroy(lost('it was cut'))
      else {
        this.push(null)
        // Nothing can be written any more either. Without this there is no `close`, the one event by which pg learns of the end.
        this.end()
      }
    })
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    socket.resume()
  }

  #take(data: RawData, lost: (why: string) => ConsoleError): void {
    const { channel, payload } = readFrame(data)
    this.#lastHeard = Date.now()
    if (this.#headersDue.delete(channel)) return
    if (channel === channels.data) this.#gate.deliver(this, payload)
    else if (channel === channels.error && payload.length > 0)
      this.destroy(lost(sanitise(payload.toString('utf8').trim())))
  }

  override _read(): void {
    this.#gate.release(this)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) {
      callback(new ConsoleError('CONNECTION_LOST', 'The port is closed.'))
      return
    }
    sendFrames(this.#socket, channels.data, chunk, callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    const wait = (): void => {
      if (this.destroyed || this.readableEnded) return
      if (Date.now() - this.#lastHeard >= endGrace) this.#socket.close(1000)
      else setTimeout(wait, endGrace / 5)
    }
    this.#lastHeard = Date.now()
    wait()
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#gate.release(this)
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.close(1000)
    // A peer that does not answer the close frame must not hold the socket.
    setTimeout(() => this.#socket.terminate(), 1_000).unref()
    callback(error)
  }
}

/**
 * Listens on loopback and forwards each connection by itself: one that fails leaves the listener and the others alone.
 * @throws BUSY when the local port is taken
 */
export async function portForward(connection: ClusterConnection, options: PortForwardOptions): Promise<PortForward> {
  const forward = new Forward(connection, options)
  await forward.listen()
  return forward
}

class Forward implements PortForward {
  lastError: ConsoleError | undefined
  localPort = 0
  readonly #connection: ClusterConnection
  readonly #options: PortForwardOptions
  readonly #stopping = new AbortController()
  readonly #locals = new Set<Socket>()
  readonly #server: Server

  constructor(connection: ClusterConnection, options: PortForwardOptions) {
    this.#connection = connection
    this.#options = options
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (local) => void this.#serve(local))
  }

  get connections(): number {
    return this.#locals.size
  }

  async listen(): Promise<void> {
    const { localPort = 0, signal } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        const message = `The local port ${localPort} cannot be used (${error.message}). Nothing is forwarded. Choose another, or 0 for a free one.`
        reject(new ConsoleError('BUSY', message, { localPort }))
      })
      this.#server.listen(localPort, '127.0.0.1', resolve)
    })
    this.localPort = (this.#server.address() as AddressInfo).port
    if (signal?.aborted) await this.close()
    else signal?.addEventListener('abort', () => void this.close(), { once: true })
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    for (const local of this.#locals) local.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(local: Socket): Promise<void> {
    this.#locals.add(local)
    const gone = new AbortController()
    local.once('close', () => {
      this.#locals.delete(local)
      gone.abort()
    })
    local.on('error', () => undefined)
    try {
      const { namespace, pod, port } = this.#options
      const signal = AbortSignal.any([gone.signal, this.#stopping.signal])
      const remote = await openPort(this.#connection, { namespace, pod, port, signal })
      // A refusal by the pod's own port comes after the connection to the pod: the first byte is the proof.
      remote.once('data', () => this.#tell(undefined))
      remote.once('error', (error) => this.#failed(error, local))
      remote.once('end', () => local.end())
      remote.once('close', () => local.end())
      local.pipe(remote)
      remote.pipe(local, { end: false })
    } catch (thrown) {
      this.#failed(thrown, local)
    }
  }

  #tell(error: ConsoleError | undefined): void {
    if (error === this.lastError) return
    this.lastError = error
    this.#options.onChange?.()
  }

  #failed(thrown: unknown, local: Socket): void {
    const error = asConsoleError(thrown)
    if (error.code !== 'CANCELLED') this.#tell(error)
    local.destroy()
  }
}
