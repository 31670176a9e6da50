import type { Column, Sorting } from './tableTypes.ts'

const collator = new Intl.Collator('en', { numeric: true })

/**
 * Sorts the rows of one table. A live table gets new rows many times a second, and hardly ever do they change their order: keys
 * are read once a row, and while they are the same as the last time, so is the order.
 */
export class RowOrder<Row> {
  #keys: readonly (string | number)[] = []
  #order: readonly number[] = []
  #isDescending = false

  sort(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | undefined): readonly Row[] {
    const sortBy = columns.find((column) => column.id === sorting?.column)?.sortBy
    if (!sorting || !sortBy) return rows
    if (sortBy === 'given') return sorting.isDescending ? [...rows].reverse() : rows
    const keys = rows.map(sortBy)
    if (sorting.isDescending !== this.#isDescending || !isSame(keys, this.#keys)) {
      this.#order = orderOf(keys, sorting.isDescending ? -1 : 1)
      this.#keys = keys
      this.#isDescending = sorting.isDescending
    }
    return this.#order.map((index) => rows[index] as Row)
  }
}

function isSame(keys: readonly (string | number)[], before: readonly (string | number)[]): boolean {
  return keys.length === before.length && keys.every((key, index) => key === before[index])
}

function orderOf(keys: readonly (string | number)[], direction: 1 | -1): number[] {
  const ranks = ranksOf(keys)
  return keys.map((_, index) => index).sort((a, b) => direction * ((ranks[a] ?? 0) - (ranks[b] ?? 0)) || a - b)
}

/** Numbers stand for themselves. Of texts each distinct one is compared: 10,000 pods run on a few nodes. */
function ranksOf(keys: readonly (string | number)[]): readonly number[] {
  if (keys.every((key) => typeof key === 'number')) return keys
  const texts = [...new Set(keys.map(String))].sort((a, b) => collator.compare(a, b))
  const ranks = new Map(texts.map((text, rank) => [text, rank]))
  return keys.map((key) => ranks.get(String(key)) ?? 0)
}
