import { EventEmitter } from 'node:events'
import { Duplex } from 'node:stream'
import { HeaderCompression } from './spdyHeaders.ts'

const frame = { synStream: 1, synReply: 2, rst: 3, ping: 6, goaway: 7 }
const finFlag = 1
const largestData = 32 * 1024

interface SpdyEvents {
  stream: [stream: SpdyStream]
  close: []
}

/**
 * The server's side of SPDY/3 as Kubernetes clients speak it (moby/spdystream): streams are opened by the client, there is no
 * flow control, and no `:method`, and the libraries for Node insist on both.
 * A stream whose reader is slow therefore holds back the whole connection.
 */
export class SpdyConnection extends EventEmitter<SpdyEvents> {
  readonly #socket: Duplex
  readonly #compression = new HeaderCompression()
  readonly #streams = new Map<number, SpdyStream>()
  #rest: Buffer = Buffer.alloc(0)
  #work: Promise<void> = Promise.resolve()

  constructor(socket: Duplex) {
    super()
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      socket.pause()
      this.#work = this.#work
        .then(() => this.#receive(chunk))
        .then(() => void socket.resume())
        .catch(() => void socket.destroy())
    })
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.on('close', () => {
      for (const stream of this.#streams.values()) stream.destroy()
      this.#compression.close()
      this.emit('close')
    })
  }

  /** Ends the connection once what was written is out. */
  end(): void {
    this.#socket.end()
  }

  /** For SpdyStream. */
  sendData(id: number, data: Buffer, isLast: boolean, done: (error?: Error | null) => void): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) {
      done()
      return
    }
    if (isLast && data.length === 0) return void this.#socket.write(dataHeader(id, finFlag, 0), done)
    for (let offset = 0; offset < data.length; offset += largestData) {
      const piece = data.subarray(offset, offset + largestData)
      const isEnd = offset + largestData >= data.length
      this.#socket.write(Buffer.concat([dataHeader(id, 0, piece.length), piece]), isEnd ? done : undefined)
    }
    if (data.length === 0) done()
  }

  /** For SpdyStream: nothing more in either direction. */
  reset(id: number): void {
    this.#streams.delete(id)
    if (this.#socket.destroyed || this.#socket.writableEnded) return
    const body = Buffer.alloc(8)
    body.writeUInt32BE(id, 0)
    body.writeUInt32BE(5, 4) // CANCEL
    this.#socket.write(control(frame.rst, 0, body))
  }

  async #receive(chunk: Buffer): Promise<void> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= 8) {
      const length = this.#rest.readUIntBE(5, 3)
      if (this.#rest.length < 8 + length) return
      const head = this.#rest.subarray(0, 8)
      const body = this.#rest.subarray(8, 8 + length)
      this.#rest = this.#rest.subarray(8 + length)
      if ((head.readUInt8(0) & 0x80) === 0) await this.#data(head, body)
      else await this.#control(head.readUInt16BE(2), head.readUInt8(4), body)
    }
  }

  async #data(head: Buffer, body: Buffer): Promise<void> {
    const stream = this.#streams.get(head.readUInt32BE(0))
    if (stream === undefined) return
    if (body.length > 0) await stream.deliver(body)
    if ((head.readUInt8(4) & finFlag) !== 0) stream.push(null)
  }

  async #control(type: number, flags: number, body: Buffer): Promise<void> {
    if (type === frame.synStream) return this.#open(flags, body)
    if (type === frame.ping) this.#socket.write(control(frame.ping, 0, body))
    if (type === frame.rst) this.#streams.get(body.readUInt32BE(0))?.destroy()
    if (type === frame.goaway) for (const stream of this.#streams.values()) stream.push(null)
  }

  async #open(flags: number, body: Buffer): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fffffff
    const headers = await this.#compression.decode(body.subarray(10))
    const stream = new SpdyStream(this, id, headers)
    this.#streams.set(id, stream)
    stream.once('close', () => this.#streams.delete(id))
    const reply = Buffer.alloc(4)
    reply.writeUInt32BE(id)
    this.#socket.write(control(frame.synReply, 0, Buffer.concat([reply, await this.#compression.encodeNothing()])))
    this.emit('stream', stream)
    if ((flags & finFlag) !== 0) stream.push(null)
  }
}

export class SpdyStream extends Duplex {
  readonly id: number
  readonly headers: ReadonlyMap<string, string>
  readonly #connection: SpdyConnection
  #drained: (() => void) | undefined

  constructor(connection: SpdyConnection, id: number, headers: ReadonlyMap<string, string>) {
    super({ allowHalfOpen: true })
    this.#connection = connection
    this.id = id
    this.headers = headers
    this.on('error', () => undefined)
  }

  /** Resolves when the reader has room for more. */
  async deliver(chunk: Buffer): Promise<void> {
    if (this.destroyed || this.readableEnded || this.push(chunk)) return
    await new Promise<void>((resolve) => (this.#drained = resolve))
  }

  override _read(): void {
    this.#drained?.()
    this.#drained = undefined
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#connection.sendData(this.id, chunk, false, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#connection.sendData(this.id, Buffer.alloc(0), true, done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#drained?.()
    if (!this.writableFinished || !this.readableEnded) this.#connection.reset(this.id)
    done(error)
  }
}

function dataHeader(id: number, flags: number, length: number): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(id, 0)
  head.writeUInt8(flags, 4)
  head.writeUIntBE(length, 5, 3)
  return head
}

function control(type: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16BE(0x8003, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt8(flags, 4)
  head.writeUIntBE(body.length, 5, 3)
  return Buffer.concat([head, body])
}
