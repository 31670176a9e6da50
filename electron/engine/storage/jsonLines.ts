import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { z } from 'zod'

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

  append(line: Line): void {
    const text = `${JSON.stringify(line)}\n`
    this.#hooks.before?.(text)
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    const isNew = !this.exists
    // A line cut off by a crash must not swallow this one.
    const lead = !isNew && !readFileSync(this.path, 'utf8').endsWith('\n') ? '\n' : ''
    const file = openSync(this.path, 'a', 0o600)
    try {
      writeSync(file, lead + text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (isNew) flushFolder(dirname(this.path))
    this.#hooks.after?.(text)
  }

  /** A line that was cut off by a crash says nothing: what it announces did not begin. */
  read(): Line[] {
    return readFileSync(this.path, 'utf8')
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

/** The name of a new file is lost with the power unless its folder is flushed. Windows cannot, and journals names by itself. */
function flushFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
