import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { flushFolderSync } from './durable.ts'
import { readRegularSync } from './regularFile.ts'

/** Bytes; the log lines of a task of many hours are a hundredth of it. */
const largest = 256 * 1024 * 1024

/** Tests end the process around each line. */
export interface JournalHooks {
  before?(line: string): void
  after?(line: string): void
}

/** A journal: one JSON line per fact, flushed to the disk before the next thing happens. */
export class JsonLines<Line> {
  readonly path: string
  readonly #kind: z.ZodType<Line>
  readonly #hooks: JournalHooks

  constructor(path: string, kind: z.ZodType<Line>, hooks: JournalHooks = {}) {
    this.path = path
    this.#kind = kind
    this.#hooks = hooks
  }

  get exists(): boolean {
    return existsSync(this.path)
  }

  /**
   * Costs the same however long the journal is.
   * @param durable false for what may be lost with the power: a line of a log
   * @throws the file system's error; a part of a line that was written is cut off again where that is possible
   */
  append(line: Line, durable = true): void {
    const text = `${JSON.stringify(line)}\n`
    this.#hooks.before?.(text)
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    const isNew = !this.exists
    const file = openSync(this.path, 'a+', 0o600)
    try {
      writeWhole(file, leadOf(file) + text)
      if (durable) fsyncSync(file)
    } catch (error) {
      // A journal without a line is none.
      if (isNew) rmSync(this.path, { force: true })
      throw error
    } finally {
      closeSync(file)
    }
    if (isNew) flushFolderSync(dirname(this.path))
    this.#hooks.after?.(text)
  }

  /**
   * A line that was cut off by a crash says nothing: what it announces did not begin.
   * @throws FileFault where there is no such file, or none that can be read
   */
  read(): Line[] {
    return readRegularSync(this.path, largest)
      .toString('utf8')
      .split('\n')
      .flatMap((line) => {
        const parsed = this.#kind.safeParse(parseJson(line))
        return parsed.success ? [parsed.data] : []
      })
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** A line cut off by a crash must not swallow the next one. */
function leadOf(file: number): string {
  const { size } = fstatSync(file)
  if (size === 0) return ''
  const last = Buffer.alloc(1)
  readSync(file, last, 0, 1, size - 1)
  return last.toString() === '\n' ? '' : '\n'
}

/** A disk may fill up in the middle of a line. */
function writeWhole(file: number, text: string): void {
  const { size } = fstatSync(file)
  const bytes = Buffer.from(text)
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
  } catch (error) {
    ftruncateSync(file, size)
    throw error
  }
}
