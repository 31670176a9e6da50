import type { PodRow } from '#shared/contract/pods.ts'

/** What needs attention first. */
export const severity: Record<PodRow['health'], number> = {
  failed: 0,
  warning: 1,
  unknown: 2,
  progress: 3,
  waiting: 4,
  healthy: 5,
  off: 6,
}

const keys = new WeakMap<PodRow, string>()

/**
 * A text that sorts names with numbers as numbers by plain comparison: a collator takes ten times as long, and 10,000 names
 * are sorted while somebody looks.
 */
function nameKey(row: PodRow): string {
  const held = keys.get(row)
  if (held !== undefined) return held
  const key = row.name.replace(/\d+/g, (digits) => digits.padStart(12, '0'))
  keys.set(row, key)
  return key
}

function compareNames(a: PodRow, b: PodRow): number {
  const [left, right] = [nameKey(a), nameKey(b)]
  if (left !== right) return left < right ? -1 : 1
  // A pod and the one that replaced it have one name for a moment.
  return a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0
}

/** The index of a row in a list that is sorted by name. */
export function placeByName(rows: readonly PodRow[], row: PodRow): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareNames(rows[middle] as PodRow, row) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** By name, so that equal rows keep their place whatever else they are sorted by. */
export function byName(rows: Iterable<PodRow>): PodRow[] {
  return [...rows].sort(compareNames)
}

/** Two lists that are sorted by name as one: a few new pods among 10,000 do not sort all of them again. */
export function mergeByName(held: readonly PodRow[], added: readonly PodRow[]): PodRow[] {
  const merged: PodRow[] = []
  let next = 0
  for (const row of held) {
    for (let other = added[next]; other && compareNames(other, row) < 0; other = added[next]) {
      merged.push(other)
      next += 1
    }
    merged.push(row)
  }
  return [...merged, ...added.slice(next)]
}
