import { memo, useLayoutEffect, useRef, type ReactNode } from 'react'
import type { EnvironmentKind } from './Environment.tsx'
import { Checkbox } from './Field.tsx'
import { leaveTabOrder } from './rowControls.ts'
import type { Column } from './tableTypes.ts'
import { useTimeZone } from './times.ts'

/** What rows do; the same object for the life of a table, so that it never makes a row new. */
export interface RowEvents<Row> {
  open: (id: string, row: Row) => void
  toggle: (id: string) => void
}

interface TableRowProps<Row> {
  row: Row
  id: string
  elementId: string
  index: number
  columns: readonly Column<Row>[]
  /** The tracks of the grid, the same for head and rows. */
  template: string
  isActive: boolean
  /** Undefined where rows cannot be selected. */
  isSelected: boolean | undefined
  mark: EnvironmentKind | undefined
  expansion: ReactNode
  events: RowEvents<Row>
}

function Row<Item>(props: TableRowProps<Item>) {
  const { row, id, index, columns, template, isActive, isSelected, mark, expansion, events } = props
  const element = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => leaveTabOrder(element.current))
  useTimeZone()
  return (
    <>
      <div
        ref={element}
        role="row"
        id={props.elementId}
        aria-rowindex={index + 2}
        aria-selected={isSelected ?? isActive}
        className={`k-table-row${isActive ? ' k-table-active' : ''}${isSelected ? ' k-table-selected' : ''}`}
        style={{ gridTemplateColumns: template }}
        data-row={id}
        onClick={() => events.open(id, row)}
      >
        {isSelected === undefined ? null : (
          <div role="gridcell" className="k-table-check" onClick={(event) => event.stopPropagation()}>
            <Checkbox label={`Select ${id}`} hiddenLabel checked={isSelected} onChange={() => events.toggle(id)} />
          </div>
        )}
        {columns.map((column) => (
          <div
            key={column.id}
            role={column.isHeader ? 'rowheader' : 'gridcell'}
            className={column.align === 'right' ? 'k-table-right' : undefined}
          >
            {column.cell(row)}
          </div>
        ))}
        {mark ? <i className={`k-table-mark k-table-mark-${mark}`} aria-hidden /> : null}
      </div>
      {expansion ? (
        <div role="row" className="k-table-expansion">
          <div role="gridcell">{expansion}</div>
          {mark ? <i className={`k-table-mark k-table-mark-${mark}`} aria-hidden /> : null}
        </div>
      ) : null}
    </>
  )
}

/** One row, drawn again only when it, its place or the columns change: 500 updates a second touch few of those in sight. */
export const TableRow = memo(Row) as typeof Row
