import { constants } from 'node:fs'
import { mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { KubeObject, ResourceName } from './types.ts'

/** One committed write: the object as it is afterwards, or what was removed. */
export type JournalEntry =
  | { revision: number; resource: ResourceName; put: KubeObject }
  | { revision: number; resource: ResourceName; removed: string }

export interface Snapshot {
  revision: number
  objects: Record<ResourceName, KubeObject[]>
}

/** When the journal is folded into the snapshot: after so many entries or bytes, a second or two of replay. */
const longestJournal = { entries: 20_000, bytes: 64 << 20 }

const snapshotFile = 'snapshot.json'
const journalFile = 'journal.jsonl'

async function readIfPresent(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  await syncFolder(dirname(path))
}

/** A rename is durable once its folder is. Windows cannot open folders and needs no such step. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Whole lines only: a crash may cut the last one, and everything before it is good. */
function parseEntries(text: string): { entries: JournalEntry[]; goodBytes: number } {
  const entries: JournalEntry[] = []
  let start = 0
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    try {
      entries.push(JSON.parse(text.slice(start, end)) as JournalEntry)
    } catch {
      break
    }
    start = end + 1
  }
  return { entries, goodBytes: Buffer.byteLength(text.slice(0, start)) }
}

/**
 * The state on disk: a snapshot and the writes since, one JSON line each. Lines are written and fsynced in batches, so that a
 * burst of writes costs one disk flush.
 */
export class Journal {
  private readonly folder: string
  private readonly file: FileHandle
  private readonly takeSnapshot: () => Snapshot
  private pending: string[] = []
  private writing: Promise<void> | undefined
  /** Entries and bytes in the file that are whole and durable. */
  private length: number
  private size: number
  private failure: Error | undefined

  private constructor(
    folder: string,
    file: FileHandle,
    present: { length: number; size: number },
    takeSnapshot: () => Snapshot,
  ) {
    this.folder = folder
    this.file = file
    this.length = present.length
    this.size = present.size
    this.takeSnapshot = takeSnapshot
  }

  /**
   * Reads what is on disk and opens the journal for appending. A line cut by a crash is dropped.
   * @param takeSnapshot the whole present state, asked for when the journal is compacted
   */
  static async open(
    folder: string,
    takeSnapshot: () => Snapshot,
  ): Promise<{ journal: Journal; snapshot: Snapshot; entries: JournalEntry[] }> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const snapshotText = await readIfPresent(join(folder, snapshotFile))
    const snapshot = snapshotText === '' ? { revision: 0, objects: {} } : (JSON.parse(snapshotText) as Snapshot)
    const path = join(folder, journalFile)
    const { entries, goodBytes } = parseEntries(await readIfPresent(path))
    const file = await open(path, 'a', 0o600)
    await file.truncate(goodBytes)
    const journal = new Journal(folder, file, { length: entries.length, size: goodBytes }, takeSnapshot)
    // A crash between the new snapshot and the emptied journal leaves entries the snapshot already holds.
    return { journal, snapshot, entries: entries.filter((entry) => entry.revision > snapshot.revision) }
  }

  append(entry: JournalEntry): void {
    this.pending.push(`${JSON.stringify(entry)}\n`)
    this.writing ??= this.drain()
  }

  /** Resolves when all that was appended so far is on disk; rejects when the disk refused it. */
  async flush(): Promise<void> {
    await this.writing
    if (this.failure !== undefined) throw this.failure
  }

  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      await this.file.close()
    }
  }

  private async drain(): Promise<void> {
    // One turn of the event loop, so that all writes of one request or control loop share a flush.
    await new Promise((resolve) => setImmediate(resolve))
    try {
      if (this.failure !== undefined) {
        // The disk refused earlier writes: a whole snapshot repairs what the journal misses.
        await this.compact()
        this.failure = undefined
      }
      while (this.pending.length > 0) {
        const batch = this.pending
        this.pending = []
        const text = batch.join('')
        await this.file.appendFile(text)
        await this.file.datasync()
        this.length += batch.length
        this.size += Buffer.byteLength(text)
        const { entries, bytes } = longestJournal
        if (this.length >= entries || this.size >= bytes) await this.compact()
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error))
      // Half a line of a full disk: its bytes are what the snapshot that repairs this will need.
      await this.file.truncate(this.size).catch(() => undefined)
    } finally {
      this.writing = undefined
    }
  }

  /** Entries appended while the snapshot is written stay pending and go to the emptied journal. */
  private async compact(): Promise<void> {
    const snapshot = this.takeSnapshot()
    await writeDurably(join(this.folder, snapshotFile), JSON.stringify(snapshot))
    await this.file.truncate(0)
    await this.file.datasync()
    this.length = 0
    this.size = 0
  }
}

/** Forgets everything. The caller makes sure that no sandbox uses the folder. */
export async function eraseJournal(folder: string): Promise<void> {
  await Promise.all(
    [snapshotFile, `${snapshotFile}.new`, journalFile].map((name) => rm(join(folder, name), { force: true })),
  )
}
