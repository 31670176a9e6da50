import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { fault, suite, type Suite } from '#shared/contract/base.ts'
import type { Restore } from '#shared/contract/backups.ts'
import { isCode } from '../../storage/durable.ts'
import { reportFile, setAside } from '../../storage/fileProblems.ts'
import { JsonLines, type JournalHooks } from '../../storage/jsonLines.ts'
import { isAbsent } from '../../storage/regularFile.ts'
import { suiteFolder } from '../../storage/suiteFolder.ts'
import { recoveryId } from './names.ts'

const steps = [
  'safety',
  'create',
  'fill',
  'verify',
  'swap',
  'restart',
  'health',
  'swapBack',
  'undoSwap',
  'drop',
] as const
export type JournalStep = (typeof steps)[number]

const begun = z.object({
  event: z.literal('begun'),
  at: z.number(),
  id: recoveryId,
  backupId: recoveryId,
  cluster: z.string(),
  namespace: z.string(),
  by: z.string(),
  /** The suite that the backup is of, where it is another. */
  source: suite.optional(),
  database: z.string(),
  /** The live database's number: it stays the same through every renaming, so a crash cannot confuse old and new. */
  oldOid: z.string(),
})
const entry = z.discriminatedUnion('event', [
  begun,
  z.object({ event: z.enum(['intent', 'done']), at: z.number(), step: z.enum(steps), newOid: z.string().optional() }),
  z.object({
    event: z.literal('state'),
    at: z.number(),
    state: z.enum(['done', 'failed', 'undone', 'kept', 'interrupted', 'unknown']),
    message: z.string(),
    fault: fault.optional(),
  }),
])
type Entry = z.infer<typeof entry>
export type JournalBeginning = Omit<z.infer<typeof begun>, 'event' | 'at'>
export type RestoreState = Exclude<Restore['state'], 'running' | 'superseded'>

/** What a journal says, folded. */
export interface JournalView extends JournalBeginning {
  at: number
  /** The number of the restored database, once it was made. */
  newOid: string | undefined
  /** Undefined while nothing final was written: it runs, or it was interrupted. */
  outcome: { state: RestoreState; message: string; fault?: z.infer<typeof fault> } | undefined
  done: ReadonlySet<JournalStep>
  /** Steps that were announced, whether they were done or not. */
  begun: ReadonlySet<JournalStep>
  /** The number of the database that the last swap of this restore made live; undefined when it never swapped. */
  swapped: { at: number; live: string } | undefined
}

/** One file per restore, one JSON line per fact, each flushed to the disk before the next thing happens. */
export class RestoreJournal {
  readonly #lines: JsonLines<Entry>
  readonly #now: () => number

  constructor(path: string, now: () => number, hooks: JournalHooks = {}) {
    this.#lines = new JsonLines(path, entry, hooks)
    this.#now = now
  }

  get exists(): boolean {
    return this.#lines.exists
  }

  begin(facts: JournalBeginning): void {
    this.#lines.append({ event: 'begun', at: this.#now(), ...facts })
  }

  /** Writes the intent, acts, writes that it is done. */
  async around<T>(step: JournalStep, act: () => Promise<T>, facts?: (value: T) => { newOid: string }): Promise<T> {
    this.#lines.append({ event: 'intent', at: this.#now(), step })
    const value = await act()
    this.#lines.append({ event: 'done', at: this.#now(), step, ...facts?.(value) })
    return value
  }

  conclude(state: RestoreState, message: string, reason?: z.infer<typeof fault>): void {
    this.#lines.append({ event: 'state', at: this.#now(), state, message, ...(reason && { fault: reason }) })
  }

  /** Undefined for a journal that says nothing; it is set aside, and the others stay readable. */
  read(): JournalView | undefined {
    const [first, ...rest] = this.#readLines()
    if (first?.event !== 'begun') return undefined
    const { event: _event, ...facts } = first
    const done = new Set<JournalStep>()
    const begun = new Set<JournalStep>()
    const view: JournalView = { ...facts, newOid: undefined, outcome: undefined, done, begun, swapped: undefined }
    for (const line of rest) {
      if (line.event === 'done') {
        done.add(line.step)
        view.newOid = line.newOid ?? view.newOid
        const isBack = line.step === 'swapBack' || line.step === 'undoSwap'
        const live = isBack ? view.oldOid : view.newOid
        if ((isBack || line.step === 'swap') && live !== undefined) view.swapped = { at: line.at, live }
      }
      // What starts over after an outcome (an undo) is unfinished again.
      if (line.event === 'intent') {
        view.outcome = undefined
        begun.add(line.step)
      }
      if (line.event === 'state') view.outcome = { ...line }
    }
    return view
  }

  #readLines(): Entry[] {
    const unknown =
      'What that restore left in the database has to be looked up there: SELECT oid, datname FROM pg_database.'
    try {
      const lines = this.#lines.read()
      if (lines[0]?.event !== 'begun')
        setAside(this.#lines.path, 'The journal of a restore', 'it has no beginning', unknown)
      return lines
    } catch (error) {
      if (isAbsent(this.#lines.path, error)) return []
      setAside(
        this.#lines.path,
        'The journal of a restore',
        error instanceof Error ? error.message : String(error),
        unknown,
      )
      return []
    }
  }
}

/** `<data>/restores/<cluster>/<namespace>/<id>.jsonl` */
export class RestoreJournals {
  readonly #root: string
  readonly #now: () => number
  readonly #hooks: JournalHooks

  constructor(dataDirectory: string, now: () => number, hooks: JournalHooks = {}) {
    this.#root = join(dataDirectory, 'restores')
    this.#now = now
    this.#hooks = hooks
  }

  of(suite: Suite, id: string): RestoreJournal {
    return new RestoreJournal(join(this.#directory(suite), `${recoveryId.parse(id)}.jsonl`), this.#now, this.#hooks)
  }

  /** Newest first. */
  all(suite: Suite): RestoreJournal[] {
    return this.#journalsIn(this.#directory(suite))
  }

  /** Of every cluster and namespace. */
  everywhere(): RestoreJournal[] {
    return namesIn(this.#root).flatMap((cluster) =>
      namesIn(join(this.#root, cluster)).flatMap((namespace) => this.#journalsIn(join(this.#root, cluster, namespace))),
    )
  }

  #directory(suite: Suite): string {
    return suiteFolder(this.#root, suite)
  }

  #journalsIn(directory: string): RestoreJournal[] {
    const names = namesIn(directory).filter((name) => recoveryId.safeParse(name.replace(/\.jsonl$/, '')).success)
    return names
      .sort()
      .reverse()
      .map((name) => new RestoreJournal(join(directory, name), this.#now, this.#hooks))
  }
}

/** None where there is no such folder; one that cannot be read is reported, and hides no other. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    const reason = error instanceof Error ? error.message : String(error)
    reportFile({ path: directory, keptAs: null, message: `The restores in this folder cannot be listed: ${reason}.` })
    return []
  }
}
