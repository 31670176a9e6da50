import type { ReactNode } from 'react'
import type { EnvironmentKind } from './Environment.tsx'

export interface Column<Row> {
  id: string
  title: ReactNode
  /** The title in words, where `title` is not a string. */
  label?: string
  /** Pixels, or a CSS grid track as `minmax(160px, 1fr)`. Pixels can be resized by the person. */
  width: number | string
  align?: 'left' | 'right'
  cell: (row: Row) => ReactNode
  /** What the column sorts by, or that the rows come in this column's order; without it the column does not sort. */
  sortBy?: 'given' | ((row: Row) => string | number)
  /** The row's header cell: the name. */
  isHeader?: boolean
}

export interface Sorting {
  column: string
  isDescending: boolean
}

export interface DataTableProps<Row> {
  label: string
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  rowId: (row: Row) => string
  /** 26 compact, 28 normal, 43 two-line. */
  rowHeight?: 26 | 28 | 43
  /** Shows the shape of rows while the first ones are on their way. */
  isLoading?: boolean
  /** Rows are old: they stay, greyed. */
  isStale?: boolean
  /** Shown when there are no rows at all. */
  empty?: ReactNode
  /** There are rows, but a filter hides them all. */
  filtered?: { total: number; what: string; filter: string; onClear: () => void } | undefined
  sort?: Sorting
  /** Ids of the selected rows; the checkbox column appears with `onSelect`. */
  selected?: ReadonlySet<string>
  onSelect?: (ids: ReadonlySet<string>) => void
  /** The row the details belong to. */
  active?: string | null
  onActivate?: (id: string | null) => void
  /** Enter or a click on a row. */
  onOpen?: (row: Row) => void
  /** The page's own table: J, K and arrows reach it while nothing else has the focus. */
  isPrimary?: boolean
  /** More below a row: a diagnosis. */
  expansion?: (row: Row) => ReactNode
  /** The environment as a bar at the row's left edge. */
  mark?: (row: Row) => EnvironmentKind | undefined
}
