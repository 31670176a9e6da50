import { ArrowDown, ArrowUp } from 'lucide-react'
import type { Column, Sorting } from './tableTypes.ts'

interface HeadCellProps<Row> {
  column: Column<Row>
  sorting: Sorting | undefined
  onSort: (sorting: Sorting) => void
  onResize: (width: number) => void
}

/** The title of a column: a click sorts, its edge is dragged. */
export function HeadCell<Row>({ column, sorting, onSort, onResize }: HeadCellProps<Row>) {
  const isSorted = sorting?.column === column.id
  const order = isSorted ? (sorting.isDescending ? 'descending' : 'ascending') : undefined
  return (
    <div role="columnheader" className={column.align === 'right' ? 'k-table-right' : undefined} aria-sort={order}>
      {column.sortBy ? (
        <button
          type="button"
          tabIndex={-1}
          onClick={() => onSort({ column: column.id, isDescending: isSorted && !sorting.isDescending })}
        >
          {column.title}
          {order === 'ascending' ? <ArrowUp size={12} aria-hidden /> : null}
          {order === 'descending' ? <ArrowDown size={12} aria-hidden /> : null}
        </button>
      ) : column.label === undefined ? (
        column.title
      ) : (
        <>
          <span className="visually-hidden">{column.label}</span>
          <span aria-hidden>{column.title}</span>
        </>
      )}
      <ColumnEdge onResize={onResize} />
    </div>
  )
}

function ColumnEdge({ onResize }: { onResize: (width: number) => void }) {
  return (
    <i
      className="k-table-edge"
      aria-hidden
      onPointerDown={(event) => {
        const edge = event.currentTarget
        const width = edge.parentElement?.getBoundingClientRect().width ?? 100
        const start = event.clientX
        edge.setPointerCapture(event.pointerId)
        edge.onpointermove = (move) => onResize(Math.max(48, Math.round(width + move.clientX - start)))
        edge.onpointerup = () => {
          edge.onpointermove = null
        }
      }}
    />
  )
}
