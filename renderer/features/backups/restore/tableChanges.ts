import type { RestorePlan } from '#shared/contract/backups.ts'

export interface TableChange {
  name: string
  now: number | null
  after: number | null
  /** Rows gained or lost; null when one side is not known or the table appears or goes. */
  change: number | null
  word: string
}

const count = (rows: number) => rows.toLocaleString('en')

/** What the restore changes in each table: those that change first, the largest change on top, then the largest tables. */
export function tableChanges(tables: RestorePlan['tables']): TableChange[] {
  return tables
    .map(({ name, now, after }) => ({ name, now, after, ...changeOf(now, after) }))
    .sort((a, b) => weight(b) - weight(a) || (b.now ?? 0) - (a.now ?? 0) || a.name.localeCompare(b.name))
}

function changeOf(now: number | null, after: number | null): { change: number | null; word: string } {
  if (now === null && after === null) return { change: null, word: 'unknown' }
  if (now === null) return { change: null, word: 'comes back' }
  if (after === null) return { change: null, word: 'goes' }
  const change = after - now
  return { change, word: change === 0 ? 'same' : change > 0 ? `+${count(change)}` : `−${count(-change)}` }
}

const weight = (row: { change: number | null; now: number | null; after: number | null }) =>
  row.change === null ? (row.now ?? row.after ?? 0) + 1 : Math.abs(row.change)

/** Rows that are in the live database now and not in the backup: the price of the restore, as far as counts can tell. */
export function rowsLost(changes: readonly TableChange[]): number {
  return changes.reduce((sum, row) => {
    if (row.change !== null) return sum + Math.max(0, -row.change)
    return sum + (row.after === null ? (row.now ?? 0) : 0)
  }, 0)
}

export function rowsGained(changes: readonly TableChange[]): number {
  return changes.reduce((sum, row) => {
    if (row.change !== null) return sum + Math.max(0, row.change)
    return sum + (row.now === null ? (row.after ?? 0) : 0)
  }, 0)
}
