import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setAside } from '../../storage/fileProblems.ts'
import { JsonLines } from '../../storage/jsonLines.ts'
import { begin, fold, line, type Kept, type Line } from './lines.ts'

/** How many ended tasks the history keeps; older ones are removed when the console starts. */
const keptTasks = 2000

/**
 * One journal per task: in `current/` while it runs, was interrupted, or nobody has seen its end; in `history/` afterwards. A start
 * reads `current/` alone, however long the history is.
 */
export class TaskFiles {
  readonly #current: string
  readonly #history: string

  constructor(directory: string) {
    this.#current = join(directory, 'current')
    this.#history = join(directory, 'history')
  }

  journal(id: string): JsonLines<Line> {
    return new JsonLines(join(this.#current, `${id}.jsonl`), line)
  }

  /** What an earlier console left in the list, oldest first. */
  left(): { kept: Kept; journal: JsonLines<Line> }[] {
    return idsIn(this.#current).flatMap((id) => {
      const journal = this.journal(id)
      const kept = readTask(journal)
      return kept ? [{ kept, journal }] : []
    })
  }

  /** Newest first. @param before id of a task */
  history(limit: number, before?: string): Kept[] {
    const places = [this.#current, this.#history]
    const found = places.flatMap((folder) => idsIn(folder).map((id) => ({ id, path: join(folder, `${id}.jsonl`) })))
    return found
      .filter(({ id }) => before === undefined || id < before)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit)
      .flatMap(({ path }) => readTask(new JsonLines(path, line)) ?? [])
  }

  /** @throws the file system's error */
  archive(id: string): void {
    mkdirSync(this.#history, { recursive: true, mode: 0o700 })
    renameSync(join(this.#current, `${id}.jsonl`), join(this.#history, `${id}.jsonl`))
  }

  /** Of a task that did not come to be. */
  remove(id: string): void {
    rmSync(join(this.#current, `${id}.jsonl`), { force: true })
  }

  /** @throws the file system's error */
  prune(): void {
    const ids = idsIn(this.#history)
    for (const id of ids.slice(0, Math.max(0, ids.length - keptTasks))) rmSync(join(this.#history, `${id}.jsonl`))
  }
}

/** A journal that says nothing is set aside: the other tasks are there all the same. */
function readTask(journal: JsonLines<Line>): Kept | undefined {
  try {
    const [first, ...rest] = journal.read()
    if (first?.event === 'begun') return rest.reduce(fold, begin(first))
    setAside(journal.path, 'The journal of a task', 'it does not begin with a task', withoutJournal)
  } catch (error) {
    setAside(
      journal.path,
      'The journal of a task',
      error instanceof Error ? error.message : String(error),
      withoutJournal,
    )
  }
  return undefined
}

const withoutJournal = 'The task is not in the list; what it did is in the audit log.'

/** Sorted: ids begin with the time. */
function idsIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length))
    .sort()
}
