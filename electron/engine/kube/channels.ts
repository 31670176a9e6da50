import { Readable, Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'

/** Bytes of one frame at most; bounds what waits in the socket. */
const frameSize = 64 * 1024

/** One binary frame: channel number, payload. Text frames are as good as binary ones. */
export function readFrame(data: RawData): { channel: number; payload: Buffer } {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? Buffer.from(data) : data
  return { channel: bytes[0] ?? -1, payload: bytes.subarray(1) }
}

export const frame = (channel: number, payload: Uint8Array): Buffer => Buffer.concat([Buffer.from([channel]), payload])

/** Sends in frames; each waits until the one before has left for the network, so `bufferedAmount` stays at one frame. */
export function sendFrames(
  socket: WebSocket,
  channel: number,
  bytes: Buffer,
  done: (error?: Error | null) => void,
): void {
  const next = (start: number): void => {
    if (start >= bytes.length) {
      done()
      return
    }
    socket.send(frame(channel, bytes.subarray(start, start + frameSize)), (error) => {
      if (error) done(error)
      else next(start + frameSize)
    })
  }
  next(0)
}

/** Pauses the socket while any of its readers is full. */
export class Gate {
  readonly #socket: WebSocket
  readonly #full = new Set<Readable>()

  constructor(socket: WebSocket) {
    this.#socket = socket
  }

  /** A Readable fed by `deliver`. */
  readable(): Readable {
    const stream: Readable = new Readable({
      highWaterMark: 256 * 1024,
      read: () => this.release(stream),
      destroy: (error, callback) => {
        this.release(stream)
        callback(error)
      },
    })
    // Whoever does not listen learns of a failure from the session's promise.
    stream.on('error', () => undefined)
    return stream
  }

  deliver(stream: Readable, payload: Buffer): void {
    if (payload.length === 0 || stream.destroyed || stream.readableEnded) return
    if (stream.push(payload)) return
    this.#full.add(stream)
    this.#socket.pause()
  }

  release(stream: Readable): void {
    if (this.#full.delete(stream) && this.#full.size === 0) this.#socket.resume()
  }
}

/** A Writable onto one channel. `end` says what ending it means. */
export function channelWritable(
  socket: WebSocket,
  channel: number,
  end: (callback: (error?: Error | null) => void) => void,
): Writable {
  const stream = new Writable({
    highWaterMark: 256 * 1024,
    write: (chunk: Buffer, _encoding, callback) => sendFrames(socket, channel, chunk, callback),
    final: end,
  })
  stream.on('error', () => undefined)
  return stream
}
