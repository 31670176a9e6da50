import { createHash } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { ConsoleError } from '#shared/errors.ts'

export interface Trailer {
  exitCode: number
  bytes: number
  sha256: string
}

/** Longer than any trailer: mark, random text and three fields. */
const longestTrailer = 512

/** The fields behind the mark, in any order. Undefined when the end of the stream was lost. */
export function parseTrailer(text: string, mark: string): Trailer | undefined {
  const start = text.lastIndexOf(`\n${mark} `)
  if (start < 0 || !text.endsWith('\n')) return undefined
  const field = (name: string) => new RegExp(` ${name}=([0-9a-f]+)[ \\n]`).exec(text.slice(start))?.[1]
  const [exit, bytes, sha256] = [field('exit'), field('bytes'), field('sha256')]
  if (exit === undefined || bytes === undefined || sha256?.length !== 64) return undefined
  return { exitCode: Number(exit), bytes: Number(bytes), sha256 }
}

/**
 * Passes the data on, hashes it, and keeps the trailer for itself. Ends with an error unless the trailer came and its length and
 * hash are those of what was passed on.
 */
export class TrailerCheck extends Transform {
  readonly #mark: string
  readonly #onBytes: (bytes: number) => void
  readonly #hash = createHash('sha256')
  #held: Buffer = Buffer.alloc(0)
  #bytes = 0
  #trailer: Trailer | undefined

  /** @param onBytes called with the data passed on so far */
  constructor(mark: string, onBytes: (bytes: number) => void = () => undefined) {
    super()
    this.#mark = mark
    this.#onBytes = onBytes
  }

  /** Known once the stream has ended without an error. */
  get trailer(): Trailer {
    if (!this.#trailer) throw new Error('the trailer is known at the end of the stream')
    return this.#trailer
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const passed = Math.max(0, all.length - longestTrailer)
    this.#pass(all.subarray(0, passed))
    this.#held = all.subarray(passed)
    done()
  }

  override _flush(done: TransformCallback): void {
    const start = this.#held.lastIndexOf(`\n${this.#mark} `)
    const trailer = parseTrailer(this.#held.subarray(Math.max(0, start)).toString('latin1'), this.#mark)
    if (!trailer) {
      done(new ConsoleError('STREAM_BROKEN', 'The end of the data did not arrive: the connection was cut.'))
      return
    }
    this.#pass(this.#held.subarray(0, start))
    this.#trailer = trailer
    // A tool that failed says more than a length that does not match.
    done(trailer.exitCode === 0 ? this.#mismatch(trailer) : null)
  }

  #pass(data: Buffer): void {
    if (data.length === 0) return
    this.#hash.update(data)
    this.#bytes += data.length
    this.push(data)
    this.#onBytes(this.#bytes)
  }

  #mismatch(trailer: Trailer): ConsoleError | null {
    const sha256 = this.#hash.digest('hex')
    if (trailer.bytes === this.#bytes && trailer.sha256 === sha256) return null
    const received = { bytes: this.#bytes, sha256 }
    return new ConsoleError('STREAM_BROKEN', 'What arrived is not what was sent.', { sent: trailer, received })
  }
}
