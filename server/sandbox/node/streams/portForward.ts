import { type Socket, connect } from 'node:net'
import { Writable } from 'node:stream'
import { type RawData, type WebSocket, createWebSocketStream } from 'ws'
import { SpdyConnection, type SpdyStream } from './spdyConnection.ts'
import { type Upgrade, upgrade } from './upgrade.ts'
import { asBuffer } from './webSocketChannels.ts'

const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io'
const channelProtocol = 'v4.channel.k8s.io'

/** Forwards ports of a pod: SPDY, SPDY inside a WebSocket (kubectl since 1.30), or channels of a WebSocket. */
export async function forwardPorts(about: Upgrade, podAddress: string, query: URLSearchParams): Promise<void> {
  const webSocket = [tunnelProtocol, channelProtocol, 'portforward.k8s.io']
  const upgraded = await upgrade(about, { webSocket, spdy: 'portforward.k8s.io' })
  if (upgraded === undefined) return
  if (upgraded.kind === 'spdy') {
    forwardStreams(upgraded.connection, podAddress)
    return
  }
  const { socket, protocol } = upgraded
  if (protocol === tunnelProtocol) {
    const tunnel = createWebSocketStream(socket)
    forwardStreams(new SpdyConnection(tunnel), podAddress)
    return
  }
  const ports = query.getAll('ports').flatMap((text) => text.split(',').map(Number))
  forwardChannels(socket, podAddress, ports)
}

/** Each connection of the client is a pair of streams with the same request id: one for data, one for what went wrong. */
function forwardStreams(connection: SpdyConnection, podAddress: string): void {
  const waiting = new Map<string, SpdyStream>()
  connection.on('stream', (stream) => {
    const request = stream.headers.get('requestid') ?? String(stream.id)
    const partner = waiting.get(request)
    if (partner === undefined) return void waiting.set(request, stream)
    waiting.delete(request)
    const isError = stream.headers.get('streamtype') === 'error'
    const [data, error] = isError ? [partner, stream] : [stream, partner]
    forwardPair(data, error, podAddress, Number(data.headers.get('port')))
  })
}

function forwardPair(data: SpdyStream, error: SpdyStream, podAddress: string, port: number): void {
  error.resume()
  const target = connect({ host: podAddress, port, allowHalfOpen: true })
  target.on('error', (failure) => {
    error.end(explain(failure, podAddress, port))
    data.destroy()
  })
  target.on('close', () => {
    error.end()
    data.end()
  })
  data.on('close', () => target.destroy())
  data.pipe(target)
  target.pipe(data)
}

/** Channel 2i carries data of the i-th port, 2i+1 its error; each begins with the port as two bytes, little endian. */
function forwardChannels(socket: WebSocket, podAddress: string, ports: number[]): void {
  const targets = ports.map((port, index) => forwardChannel(socket, podAddress, port, index * 2))
  socket.on('message', (data: RawData) => {
    const message = asBuffer(data)
    const target = targets[(message[0] ?? 0) / 2]
    if (target === undefined || target.destroyed || message.length < 2) return
    if (target.write(message.subarray(1))) return
    socket.pause()
    target.once('drain', () => socket.resume())
    target.once('close', () => socket.resume())
  })
  socket.on('close', () => {
    for (const target of targets) target.destroy()
  })
  socket.on('error', () => undefined)
}

function forwardChannel(socket: WebSocket, podAddress: string, port: number, channel: number): Socket {
  const header = Buffer.alloc(2)
  header.writeUInt16LE(port)
  const send = (number: number, body: Buffer, done?: () => void): void => {
    if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.from([number]), body]), done)
    else done?.()
  }
  send(channel, header)
  send(channel + 1, header)
  const target = connect({ host: podAddress, port })
  target.on('error', (failure) => send(channel + 1, Buffer.from(explain(failure, podAddress, port))))
  target.on('close', () => socket.close(1000))
  const sink = new Writable({ write: (chunk: Buffer, _encoding, done) => send(channel, chunk, () => done()) })
  target.pipe(sink)
  return target
}

function explain(failure: Error, podAddress: string, port: number): string {
  return `error forwarding port ${port} to pod, uid : failed to connect to ${podAddress}:${port} inside the pod: ${failure.message}`
}
