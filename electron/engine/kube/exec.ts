import type { Readable, Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { ConsoleError } from '#shared/errors.ts'
import { cancellation } from './abort.ts'
import { channelWritable, frame, Gate, readFrame } from './channels.ts'
import { readExecStatus } from './execStatus.ts'
import { heartbeat, type HeartbeatOptions } from './heartbeat.ts'
import { podPath } from './paths.ts'
import type { ExecOptions, ExecSession } from './streamTypes.ts'
import type { ClusterConnection } from './types.ts'

/** Channels of the remote command protocol; `close` is a frame of v5 that names the channel it closes. */
const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 }

const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const

/**
 * Runs a command in a container. Both stdout and stderr must be read (or `resume()`d): a full one stops the other.
 * RBAC: `get` on pods/exec, and from Kubernetes 1.35 also `create`.
 * @throws as `request`; what happens after the start is told by `status`
 */
export async function exec(
  connection: ClusterConnection,
  options: ExecOptions,
  pings: HeartbeatOptions = {},
): Promise<ExecSession> {
  const { namespace, pod, container, command, stdin = false, tty = false, signal } = options
  const socket = await connection.webSocket(podPath(namespace, pod, 'exec'), {
    // With a terminal there is no stderr of its own.
    query: { container, command, stdin, stdout: true, stderr: !tty, tty },
    protocols: [...protocols],
    ...(signal ? { signal } : {}),
  })
  return new Session(socket, options, pings)
}

/** A non-zero exit is a result, not an error. Keeps at most 1 MiB of each output. */
export async function execToCompletion(
  connection: ClusterConnection,
  options: ExecOptions & { input?: string | Uint8Array },
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const { input, ...rest } = options
  const session = await exec(connection, { ...rest, stdin: input !== undefined })
  if (input !== undefined) session.stdin.end(input)
  const outputs = Promise.all([collect(session.stdout), collect(session.stderr)])
  outputs.catch(() => undefined)
  const { exitCode } = await session.status
  const [stdout, stderr] = await outputs
  return { exitCode, stdout, stderr }
}

async function collect(stream: Readable): Promise<string> {
  const kept: Buffer[] = []
  let room = 1 << 20
  for await (const chunk of stream) {
    const bytes = (chunk as Buffer).subarray(0, room)
    room -= bytes.length
    if (bytes.length > 0) kept.push(bytes)
  }
  return Buffer.concat(kept).toString('utf8')
}

class Session implements ExecSession {
  readonly protocol: ExecSession['protocol']
  readonly stdout: Readable
  readonly stderr: Readable
  readonly stdin: Writable
  readonly status: Promise<{ exitCode: number }>
  readonly #socket: WebSocket
  readonly #gate: Gate
  readonly #command: readonly string[]
  #settle: { resolve: (status: { exitCode: number }) => void; reject: (error: ConsoleError) => void } | undefined

  constructor(socket: WebSocket, options: ExecOptions, pings: HeartbeatOptions) {
    this.#socket = socket
    this.#command = options.command
    this.#gate = new Gate(socket)
    this.protocol = socket.protocol === protocols[0] ? protocols[0] : protocols[1]
    this.stdout = this.#gate.readable()
    this.stderr = this.#gate.readable()
    this.stdin = channelWritable(socket, channels.stdin, (callback) => this.#endStdin(callback))
    this.status = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    this.status.catch(() => undefined)

    const { signal } = options
    const abort = (): void => {
      if (signal) this.#fail(cancellation(signal))
    }
    const stopPings = heartbeat(socket, () => this.#fail(broken('the cluster no longer answers')), pings)
    socket.on('message', (data) => this.#take(data))
    socket.on('error', (error) => this.#fail(broken(error.message)))
    socket.once('close', (code, reason) => {
      stopPings()
      signal?.removeEventListener('abort', abort)
      this.#closed(code, reason.toString())
    })
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    socket.resume()
  }

  resize(columns: number, rows: number): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.send(frame(channels.resize, Buffer.from(JSON.stringify({ Width: columns, Height: rows }))))
  }

  close(): void {
    this.#fail(new ConsoleError('CANCELLED', 'The session was closed.'))
  }

  #take(data: RawData): void {
    const { channel, payload } = readFrame(data)
    if (channel === channels.stdout) this.#gate.deliver(this.stdout, payload)
    else if (channel === channels.stderr) this.#gate.deliver(this.stderr, payload)
    else if (channel === channels.status && payload.length > 0) this.#finish(payload)
    // A close frame for an output needs no answer: the status follows.
  }

  #finish(payload: Buffer): void {
    try {
      this.#settle?.resolve(readExecStatus(payload, this.#command))
    } catch (thrown) {
      if (thrown instanceof ConsoleError) this.#settle?.reject(thrown)
    }
    this.#settle = undefined
    // The status is the last frame; a server that forgets to close would hold the socket.
    this.#socket.close(1000)
    this.#endOutputs()
  }

  #endStdin(callback: (error?: Error | null) => void): void {
    if (!this.#settle || this.#socket.readyState !== this.#socket.OPEN) {
      callback()
      return
    }
    if (this.protocol === protocols[0]) {
      this.#socket.send(frame(channels.close, Buffer.from([channels.stdin])), callback)
      return
    }
    const error = new ConsoleError(
      'BAD_INPUT',
      'This cluster speaks an old protocol (v4) that cannot tell a command that its input has ended. The command was stopped. Say the length of the input first.',
      { protocol: this.protocol },
    )
    this.#fail(error)
    callback(error)
  }

  #closed(code: number, reason: string): void {
    if (this.#settle)
      this.#fail(
        broken(`the connection ended (${code}${reason === '' ? '' : ` ${reason}`}) before the command's result`),
      )
    this.stdin.destroy()
  }

  #endOutputs(): void {
    for (const stream of [this.stdout, this.stderr]) if (!stream.destroyed) stream.push(null)
  }

  #fail(error: ConsoleError): void {
    const settle = this.#settle
    this.#settle = undefined
    this.#socket.terminate()
    if (!settle) return
    settle.reject(error)
    for (const stream of [this.stdout, this.stderr, this.stdin]) stream.destroy(error)
  }
}

const broken = (why: string): ConsoleError =>
  new ConsoleError(
    'STREAM_BROKEN',
    `The connection to the command broke: ${why}. Whether the command finished is not known, so this counts as failed. Try again.`,
    { why },
  )
