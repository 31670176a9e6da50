import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { open, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { auditEntry } from '#shared/contract/audit.ts'
import { redact } from './redact.ts'

export type AuditEntry = z.infer<typeof auditEntry>
export type AuditFact = Omit<AuditEntry, 'sequence' | 'at' | 'previousHash' | 'hash'>

const head = z.object({ sequence: z.number(), hash: z.string() })
const genesis = '0'.repeat(64)

/**
 * The append-only record of everything that writes. Each entry carries the SHA-256 of itself and of its predecessor, so an edit,
 * a deletion or a reordering breaks the chain; `audit.head` beside it remembers the newest entry, so a cut tail is found too.
 */
export class AuditLog {
  readonly #path: string
  readonly #headPath: string
  readonly #now: () => number
  #tail: z.infer<typeof head>
  #queue: Promise<unknown> = Promise.resolve()
  #file: FileHandle | undefined

  constructor(directory: string, now: () => number = Date.now) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#path = join(directory, 'audit.jsonl')
    this.#headPath = join(directory, 'audit.head')
    this.#now = now
    this.#tail = readTail(this.#path, this.#headPath)
  }

  /** Resolves when the entry is on disk; the action it announces starts after that. */
  append(fact: AuditFact): Promise<AuditEntry> {
    const written = this.#queue.then(() => this.#write(fact))
    this.#queue = written.catch(() => undefined)
    return written
  }

  /** Newest first; `before` is a sequence number. */
  async list(limit: number, before = Number.POSITIVE_INFINITY): Promise<AuditEntry[]> {
    const entries = (await this.#lines()).flatMap((line) => parseEntry(line) ?? [])
    return entries
      .filter((entry) => entry.sequence < before)
      .slice(-limit)
      .reverse()
  }

  /** Recomputes the whole chain from its first entry. */
  async verify(): Promise<{ entries: number; intact: boolean; brokenAt: number | null; message: string }> {
    await this.#queue
    const lines = await this.#lines()
    const broken = (at: number, message: string) => ({ entries: lines.length, intact: false, brokenAt: at, message })
    let previous = genesis
    for (const [index, line] of lines.entries()) {
      const entry = parseEntry(line)
      if (!entry) return broken(index + 1, `Entry ${index + 1} cannot be read.`)
      if (entry.sequence !== index + 1) return broken(index + 1, `Entry ${index + 1} is missing or out of order.`)
      if (entry.previousHash !== previous || entry.hash !== hashOf(entry)) {
        return broken(index + 1, `Entry ${index + 1} was changed after it was written.`)
      }
      previous = entry.hash
    }
    if (previous !== this.#tail.hash) return broken(lines.length + 1, 'The newest entries were removed from the end.')
    return { entries: lines.length, intact: true, brokenAt: null, message: `All ${lines.length} entries fit together.` }
  }

  async close(): Promise<void> {
    await this.#queue
    await this.#file?.close()
    this.#file = undefined
  }

  async #write(fact: AuditFact): Promise<AuditEntry> {
    const entry = {
      ...fact,
      details: redact(fact.details),
      sequence: this.#tail.sequence + 1,
      at: this.#now(),
      previousHash: this.#tail.hash,
    }
    const complete: AuditEntry = { ...entry, hash: hashOf(entry) }
    this.#file ??= await open(this.#path, 'a', 0o600)
    await this.#file.write(`${JSON.stringify(complete)}\n`)
    await this.#file.datasync()
    this.#tail = { sequence: complete.sequence, hash: complete.hash }
    await writeFile(`${this.#headPath}.next`, JSON.stringify(this.#tail), { mode: 0o600 })
    await rename(`${this.#headPath}.next`, this.#headPath)
    return complete
  }

  async #lines(): Promise<string[]> {
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw error
    })
    return text.split('\n').filter((line) => line !== '')
  }
}

/** The hash covers every field but itself, keys in sorted order so that a rewrite by another JSON writer changes nothing. */
function hashOf(entry: Omit<AuditEntry, 'hash'> & { hash?: string }): string {
  const { hash: _, ...content } = entry
  return createHash('sha256')
    .update(JSON.stringify(sorted(content)))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

function parseEntry(line: string): AuditEntry | undefined {
  try {
    return auditEntry.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

/**
 * Where the chain goes on. After a crash between the entry and the head file the entry is the truth; when the entries end before
 * the head does, the head stays and `verify` reports the loss.
 */
function readTail(path: string, headPath: string): z.infer<typeof head> {
  const known = readJson(headPath)
  const last = readText(path).trimEnd().split('\n').at(-1)
  const entry = last ? parseEntry(last) : undefined
  const fromHead = known ? head.parse(known) : { sequence: 0, hash: genesis }
  if (entry && entry.sequence === fromHead.sequence + 1 && entry.previousHash === fromHead.hash) {
    return { sequence: entry.sequence, hash: entry.hash }
  }
  return fromHead
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

function readJson(path: string): unknown {
  const text = readText(path)
  return text === '' ? undefined : JSON.parse(text)
}
