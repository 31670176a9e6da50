import type { AuditEntry } from '#shared/contract/audit.ts'
import type { AuditLog } from './log.ts'

/** Entries that are looked through at a start: more than any call that is still open can be old. */
const reach = 10_000

/**
 * A call that begins has the entry `started` before it does anything. Where the console ended before the call did, its end is written at
 * the next start: `interrupted`, and that what it changed is not known. Calls that started a task have their task's end.
 */
export class InterruptedCalls {
  readonly #audit: AuditLog
  #firstOfSession = Number.POSITIVE_INFINITY

  /** Make it before this session writes its first entry. */
  constructor(audit: AuditLog) {
    this.#audit = audit
    audit.appended.on(({ sequence }) => {
      this.#firstOfSession = Math.min(this.#firstOfSession, sequence)
    })
  }

  /**
   * @param ofTasks entries of calls whose task's end is still to be written
   * @returns how many ends were written
   * @throws ConsoleError DISK_FULL, STORAGE_FAILED: the rest is written at the next start
   */
  async settle(ofTasks: ReadonlySet<number>): Promise<number> {
    const newest = await this.#audit.list(reach)
    // Whatever this session wrote meanwhile has told its number by now.
    await this.#audit.head()
    const earlier = newest.filter(({ sequence }) => sequence < this.#firstOfSession)
    const open = withoutEnd(earlier).filter(({ sequence }) => !ofTasks.has(sequence))
    for (const { by, action, summary, cluster, namespace, effect, sequence } of open) {
      const message = 'The console ended before this call did. What it changed is not known.'
      const details = { started: sequence, message }
      await this.#audit.append({ by, action, summary, cluster, namespace, effect, outcome: 'interrupted', details })
    }
    return open.length
  }
}

/** Beginnings that no entry ends, oldest first. @param entries newest first */
export function withoutEnd(entries: readonly AuditEntry[]): AuditEntry[] {
  const ended = new Set<unknown>()
  /** Ends of an earlier version do not name their beginning: they end the nearest one before them of the same call and place. */
  const unnamed = new Map<string, number>()
  const open: AuditEntry[] = []
  for (const entry of entries) {
    const { outcome, details, sequence } = entry
    const key = JSON.stringify([entry.by, entry.action, entry.cluster, entry.namespace])
    const waiting = unnamed.get(key) ?? 0
    if (outcome === 'refused') continue
    if (outcome !== 'started' && details['started'] !== undefined) ended.add(details['started'])
    else if (outcome !== 'started') unnamed.set(key, waiting + 1)
    else if (!ended.has(sequence) && waiting > 0) unnamed.set(key, waiting - 1)
    else if (!ended.has(sequence)) open.unshift(entry)
  }
  return open
}
