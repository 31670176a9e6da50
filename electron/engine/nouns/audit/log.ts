import { closeSync } from 'node:fs'
import { mkdir, open, rename, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { AuditEntry, ChainReport } from '#shared/contract/audit.ts'
import { Broadcast } from '../../flow/broadcast.ts'
import { storageError } from '../../storage/durable.ts'
import { setAside } from '../../storage/fileProblems.ts'
import { JsonFile } from '../../storage/jsonFile.ts'
import { isAbsent, openRegularSync } from '../../storage/regularFile.ts'
import { endOfLines, hashOf, linesBackwards, linesForward, longestLine, openIfThere, parseEntry } from './entries.ts'
import { redact } from './redact.ts'

export type AuditFact = Omit<AuditEntry, 'sequence' | 'at' | 'previousHash' | 'hash'>

const head = z.object({ sequence: z.number(), hash: z.string() })
export type Head = z.infer<typeof head>
const genesis: Head = { sequence: 0, hash: '0'.repeat(64) }

type Report = Pick<ChainReport, 'entries' | 'intact' | 'brokenAt' | 'message'>

/**
 * The append-only record of everything that writes. Each entry carries the SHA-256 of itself and of its predecessor, so an edit,
 * a deletion or a reordering breaks the chain; `audit.head` beside it remembers the newest entry, so a cut tail is found too.
 */
export class AuditLog {
  readonly path: string
  readonly #directory: string
  readonly #head: JsonFile<Head>
  readonly #now: () => number
  /** Each entry, when it is on disk. */
  readonly appended = new Broadcast<AuditEntry>()
  #tail: Head | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #savingHead: Promise<unknown> | undefined
  #file: FileHandle | undefined

  constructor(directory: string, now: () => number = Date.now) {
    this.#directory = directory
    this.path = join(directory, 'audit.jsonl')
    this.#now = now
    const path = join(directory, 'audit.head')
    const what = 'the number of the newest audit entry'
    const otherwise =
      'It is taken from the log itself, so entries cut from its end may go unnoticed; checkpoints still tell.'
    this.#head = new JsonFile({ path, schema: head, initial: genesis, what, otherwise })
    setAsideUnlessReadable(this.path)
  }

  /**
   * Resolves when the entry is on disk; the action it announces starts after that.
   * @throws ConsoleError DISK_FULL, STORAGE_FAILED: there is no such entry then
   */
  append(fact: AuditFact): Promise<AuditEntry> {
    const written = this.#queue.then(() => this.#write(fact))
    this.#queue = written.catch(() => undefined)
    return written
  }

  /** The newest entry. */
  async head(): Promise<Head> {
    await this.#queue
    return this.#tail ?? (await this.#readTail())
  }

  /** Newest first; `before` is a sequence number. Reads no more of the log than that. */
  async list(limit: number, before?: number): Promise<AuditEntry[]> {
    const entries: AuditEntry[] = []
    for await (const line of linesBackwards(this.path, before)) {
      const entry = parseEntry(line)
      if (entry && entry.sequence < (before ?? Number.POSITIVE_INFINITY)) entries.push(entry)
      if (entries.length === limit) break
    }
    return entries
  }

  /** The newest entry that was written at or after this time and is as wanted. */
  async findSince(time: number, isWanted: (entry: AuditEntry) => boolean): Promise<AuditEntry | undefined> {
    for await (const line of linesBackwards(this.path)) {
      const entry = parseEntry(line)
      if (entry && entry.at < time) return undefined
      if (entry && isWanted(entry)) return entry
    }
    return undefined
  }

  /**
   * Recomputes the whole chain from its first entry.
   * @param expected entries that must be in it, by their sequence number: from checkpoints
   */
  async verify(expected: ReadonlyMap<number, string> = new Map()): Promise<Report> {
    await this.#queue
    let [entries, previous] = [0, genesis]
    let repaired: number | undefined
    const broken = (at: number, message: string): Report => ({ entries, intact: false, brokenAt: at, message })
    const file = await openIfThere(this.path)
    try {
      for await (const line of file ? linesForward(file) : []) {
        if (line === '') continue
        const next = previous.sequence + 1
        const entry = parseEntry(line)
        entries += 1
        if (!entry) return broken(next, `Entry ${next} cannot be read.`)
        const isFirst = previous === genesis
        // A repaired chain begins with the entry that names what was lost.
        const begins = isFirst && entry.action === repairAction && entry.sequence >= 1
        if (entry.sequence !== next && !begins) return broken(next, `Entry ${next} is missing or out of order.`)
        if (entry.previousHash !== previous.hash || entry.hash !== hashOf(entry))
          return broken(entry.sequence, `Entry ${entry.sequence} was changed after it was written.`)
        const known = expected.get(entry.sequence)
        if (known !== undefined && known !== entry.hash)
          return broken(
            entry.sequence,
            `The log was rewritten: entry ${entry.sequence} is not the one that a checkpoint names.`,
          )
        if (begins) repaired = entry.sequence
        previous = { sequence: entry.sequence, hash: entry.hash }
      }
    } finally {
      await file?.close()
    }
    const tail = this.#tail ?? (await this.#readTail())
    const newest = Math.max(tail.sequence, ...expected.keys())
    if (newest > previous.sequence)
      return broken(
        previous.sequence + 1,
        previous === genesis
          ? `The whole log was removed: it had at least ${newest} entries.`
          : `Entries ${previous.sequence + 1} to ${newest} were removed from the end.`,
      )
    const since =
      repaired === undefined ? '' : ` The chain was begun again with entry ${repaired}, which names what was lost.`
    return { entries, intact: true, brokenAt: null, message: `All ${entries} entries are intact.${since}` }
  }

  /** Whether this entry is in the log as it was, or was named as lost by a repair. */
  async has({ sequence, hash }: Head): Promise<boolean> {
    const [entry] = await this.list(1, sequence + 1)
    if (entry?.sequence === sequence) return entry.hash === hash
    const { sequence: newest } = await this.head()
    // Below the first entry of a repaired chain.
    return entry === undefined && sequence < newest
  }

  /**
   * Sets the log aside and begins a new chain. Its first entry names what was lost; its number is above all that are known, so that no
   * number ever means two entries.
   * @param newest number of the newest entry that any checkpoint names
   */
  beginAgain(by: string, report: Report, newest: number): Promise<AuditEntry> {
    const begun = this.#queue.then(async () => {
      const tail = this.#tail ?? (await this.#readTail())
      const setAside = `audit-${new Date(this.#now()).toISOString().replaceAll(/[:.]/g, '-')}.broken.jsonl`
      await this.#file?.close()
      this.#file = undefined
      const isThere = (await openIfThere(this.path))?.close()
      if (isThere) await rename(this.path, join(this.#directory, setAside))
      this.#tail = { sequence: Math.max(tail.sequence, newest, report.entries), hash: genesis.hash }
      return this.#write({
        by,
        action: repairAction,
        summary: 'began a new chain of the audit log',
        cluster: '',
        namespace: '',
        effect: 'destructive',
        outcome: 'done',
        details: {
          found: report.message,
          brokenAt: report.brokenAt,
          lost: `Entries ${report.brokenAt ?? 1} to ${this.#tail.sequence} are lost or not to be trusted.`,
          setAside: isThere ? setAside : null,
        },
      })
    })
    this.#queue = begun.catch(() => undefined)
    return begun
  }

  async close(): Promise<void> {
    await this.#queue
    await this.#savingHead
    if (this.#tail && this.#tail.sequence > this.#head.current.sequence) {
      const tail = this.#tail
      await this.#head.update(() => tail).catch((error: unknown) => console.error(error))
    }
    await this.#file?.close()
    this.#file = undefined
  }

  async #write(fact: AuditFact): Promise<AuditEntry> {
    const tail = (this.#tail ??= await this.#readTail())
    const entry = {
      ...fact,
      // As JSON keeps them, so that the hash is that of what is read again.
      details: JSON.parse(JSON.stringify(redact(fact.details))) as Record<string, unknown>,
      sequence: tail.sequence + 1,
      at: this.#now(),
      previousHash: tail.hash,
    }
    const complete: AuditEntry = { ...entry, hash: hashOf(entry) }
    try {
      await this.#appendLine(`${JSON.stringify(complete)}\n`)
    } catch (error) {
      throw storageError(error, 'the audit log', this.path)
    }
    this.#tail = { sequence: complete.sequence, hash: complete.hash }
    this.#saveHead()
    this.appended.emit(complete)
    return complete
  }

  /** A line that could not be written whole is cut off again: the next one must not continue it. */
  async #appendLine(text: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 })
    // A folder that was removed takes the open file with it: what is written there is lost.
    if (this.#file && (await this.#file.stat()).nlink === 0) {
      await this.#file.close()
      this.#file = undefined
    }
    const file = (this.#file ??= await open(this.path, 'a', 0o600))
    const { size } = await file.stat()
    try {
      await file.writeFile(text)
      await file.datasync()
    } catch (error) {
      await file.truncate(size)
      throw error
    }
  }

  /** One at a time, until the newest is saved; it may lag behind after a crash. */
  #saveHead(): void {
    this.#savingHead ??= this.#saveNewest()
      .catch((error: unknown) => console.error(error))
      .finally(() => (this.#savingHead = undefined))
  }

  async #saveNewest(): Promise<void> {
    while (this.#tail && this.#tail.hash !== this.#head.current.hash)
      await this.#head.update((known) => this.#tail ?? known)
  }

  /**
   * Where the chain continues. After a crash the entries may be ahead of the head file: then they are the truth, as long as the entry that
   * the head names is among them. When they end before it, the head stays, and `verify` reports the loss.
   */
  async #readTail(): Promise<Head> {
    const known = this.#head.current
    await this.#cutPartialLine()
    let last: Head | undefined
    for await (const line of linesBackwards(this.path)) {
      const entry = parseEntry(line)
      if (!entry || entry.sequence < known.sequence) break
      last ??= { sequence: entry.sequence, hash: entry.hash }
      if (known.sequence === 0 || (entry.sequence === known.sequence && entry.hash === known.hash)) return last
    }
    return known
  }

  /** What a crash left of a line is no entry: what it was to announce did not begin. */
  async #cutPartialLine(): Promise<void> {
    const file = await openIfThere(this.path)
    if (!file) return
    try {
      const { size } = await file.stat()
      const end = await endOfLines(file)
      if (end === size) return
      const writable = await open(this.path, 'r+')
      try {
        // What is longer than any entry is no half of one: it stays as evidence, and the next entry begins on a line of its own.
        if (size - end > longestLine) await writable.write('\n', size)
        else await writable.truncate(end)
      } finally {
        await writable.close()
      }
    } finally {
      await file.close()
    }
  }
}

/** The action of the entry that a repaired chain begins with. */
export const repairAction = 'audit.repair'

/** So that entries can be written. What is missing then shows when the log is verified. */
function setAsideUnlessReadable(path: string): void {
  try {
    closeSync(openRegularSync(path))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (!isAbsent(path, error))
      setAside(
        path,
        'The audit log',
        reason,
        'A new file takes its place; what is missing shows when the log is verified.',
      )
  }
}
