import { once } from 'node:events'
import { type Deflate, type Inflate, constants, createDeflate, createInflate } from 'node:zlib'
import { spdyDictionary as dictionary } from './spdyDictionary.ts'

/** Compression of SPDY/3 header blocks: one zlib stream for each direction of a connection, flushed after each block. */
export class HeaderCompression {
  readonly #inflate = createInflate({ dictionary, finishFlush: constants.Z_SYNC_FLUSH })
  readonly #deflate = createDeflate({ dictionary })

  async decode(block: Buffer): Promise<Map<string, string>> {
    const text = await this.#through(this.#inflate, block)
    const headers = new Map<string, string>()
    let offset = 4
    const field = (): string => {
      const length = text.readUInt32BE(offset)
      const value = text.toString('utf8', offset + 4, offset + 4 + length)
      offset += 4 + length
      return value
    }
    for (let count = text.readUInt32BE(0); count > 0; count -= 1) headers.set(field().toLowerCase(), field())
    return headers
  }

  /** A block without any header, which is all that a reply has to say. */
  encodeNothing(): Promise<Buffer> {
    return this.#through(this.#deflate, Buffer.alloc(4))
  }

  close(): void {
    this.#inflate.close()
    this.#deflate.close()
  }

  async #through(stream: Inflate | Deflate, input: Buffer): Promise<Buffer> {
    const output: Buffer[] = []
    const collect = (chunk: Buffer): void => void output.push(chunk)
    const failed = once(stream, 'error').then(([error]: unknown[]) => Promise.reject(error as Error))
    failed.catch(() => undefined)
    stream.on('data', collect)
    const flushed = new Promise<void>((resolve) => {
      stream.write(input)
      stream.flush(constants.Z_SYNC_FLUSH, resolve)
    })
    await Promise.race([flushed, failed])
    // `data` of the last piece may come a turn after the flush.
    await new Promise((resolve) => setImmediate(resolve))
    stream.off('data', collect)
    return Buffer.concat(output)
  }
}
