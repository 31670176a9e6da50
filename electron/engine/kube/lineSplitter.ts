const newline = 0x0a

/** One line without its newline. */
export interface SplitLine {
  bytes: Buffer
  /** How many bytes beyond the cap were let go. */
  dropped: number
}

/** Bytes in, whole lines out: splits on \n only and decodes nothing, so characters cut across chunks stay whole. */
export class LineSplitter {
  readonly #cap: number
  #parts: Buffer[] = []
  #length = 0

  /** @param cap bytes kept of one line */
  constructor(cap = Infinity) {
    this.#cap = cap
  }

  push(chunk: Buffer): SplitLine[] {
    const lines: SplitLine[] = []
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end))
      lines.push(this.rest())
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  /** Bytes of the line that has not ended yet. */
  get pending(): number {
    return this.#length
  }

  /** What came after the last newline; empties the splitter. */
  rest(): SplitLine {
    const bytes = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts)
    const dropped = this.#length - bytes.length
    this.#parts = []
    this.#length = 0
    return { bytes, dropped }
  }

  #keep(bytes: Buffer): void {
    const room = this.#cap - this.#length
    if (bytes.length > 0 && room > 0) this.#parts.push(room < bytes.length ? bytes.subarray(0, room) : bytes)
    this.#length += bytes.length
  }
}
