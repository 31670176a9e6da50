import { PassThrough, Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { type CommandChannels, type CommandRequest, ResizeChannel } from './commandChannels.ts'
import type { CommandStatus } from './commandStatus.ts'

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 }

export const commandProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

/** Exec and attach over a WebSocket: the first byte of each message is its channel. v5 adds channel 255, which closes another. */
export function webSocketChannels(socket: WebSocket, request: CommandRequest): CommandChannels {
  const closed = new AbortController()
  const resize = new ResizeChannel()
  const stdin = request.stdin ? new PassThrough() : undefined
  socket.on('message', (data: RawData) => {
    const message = asBuffer(data)
    const body = message.subarray(1)
    const target = message[0]
    if (target === channel.resize) resize.receive(body.toString('utf8'))
    if (target === channel.close && body[0] === channel.stdin) stdin?.end()
    if (target !== channel.stdin || stdin === undefined || stdin.writableEnded || body.length === 0) return
    if (stdin.write(body)) return
    socket.pause()
    stdin.once('drain', () => socket.resume())
  })
  const leave = (): void => {
    stdin?.end()
    closed.abort()
  }
  socket.on('close', leave)
  socket.on('error', leave)
  // Tells the client that the other side is there, as the kubelet does.
  socket.send(Buffer.from([channel.stdout]))
  return {
    stdin,
    stdout: channelWriter(socket, channel.stdout),
    stderr: channelWriter(socket, channel.stderr),
    onResize: resize.listen,
    closed: closed.signal,
    finish: (status) => finish(socket, status),
  }
}

/** The callback comes when the bytes have left for the network: the process is held back with the client. */
function channelWriter(socket: WebSocket, number: number): Writable {
  const head = Buffer.from([number])
  return new Writable({
    highWaterMark: 256 * 1024,
    write(chunk: Buffer, _encoding, done) {
      if (socket.readyState !== socket.OPEN) {
        done()
        return
      }
      socket.send(Buffer.concat([head, chunk]), () => done())
    },
  })
}

async function finish(socket: WebSocket, status: CommandStatus): Promise<void> {
  if (socket.readyState !== socket.OPEN) return
  const message = Buffer.concat([Buffer.from([channel.error]), Buffer.from(JSON.stringify(status))])
  await new Promise<void>((resolve) => socket.send(message, () => resolve()))
  socket.close(1000)
}

export function asBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
