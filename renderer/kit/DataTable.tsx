import { ArrowDown, ArrowUp } from 'lucide-react'
import { useContext, useMemo, useState, type ReactNode } from 'react'
import { Button } from './Button.tsx'
import { Checkbox } from './Field.tsx'
import { EmptyState } from './PanelStates.tsx'
import { SingleKeys } from './singleKeys.ts'
import type { Column, DataTableProps, Sorting } from './tableTypes.ts'
import { useRowWindow } from './useRowWindow.ts'
import { toggled, useTableKeys } from './useTableKeys.ts'
import './DataTable.css'

const nothing: ReadonlySet<string> = new Set()

/** Rows and columns: virtual, sorted, selectable, driven by keys. Rows keep their height. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, columns, rowId, rowHeight = 28, selected = nothing, onSelect, active = null } = props
  const [sorting, setSorting] = useState<Sorting | undefined>(props.sort)
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>({})
  const hasSingleKeys = useContext(SingleKeys)
  const sorted = useMemo(() => sortRows(rows, columns, sorting), [rows, columns, sorting])
  const ids = useMemo(() => sorted.map(rowId), [sorted, rowId])
  const { box, onScroll, ...rowWindow } = useRowWindow(
    sorted.length,
    rowHeight,
    props.expansion === undefined,
    active === null ? -1 : ids.indexOf(active),
  )
  const open = (id: string) => {
    const row = sorted[ids.indexOf(id)]
    if (row !== undefined) props.onOpen?.(row)
  }
  const [grid, onKeyDown] = useTableKeys({
    ids,
    active,
    selected,
    page: rowWindow.page,
    onActivate: (id) => props.onActivate?.(id),
    onSelect,
    onOpen: open,
    isPrimary: props.isPrimary ?? false,
    hasSingleKeys,
  })
  const template = [
    ...(onSelect ? ['36px'] : []),
    ...columns.map((column) => track(column.width, widths[column.id])),
  ].join(' ')
  const label = useLabelId(props.label)

  return (
    <div
      ref={grid}
      className={`k-table k-table-${rowHeight}`}
      role="grid"
      aria-label={props.label}
      aria-rowcount={sorted.length + 1}
      aria-multiselectable={onSelect ? true : undefined}
      aria-busy={props.isLoading}
      aria-activedescendant={active === null ? undefined : `${label}-${active}`}
      tabIndex={0}
      data-stale={props.isStale || undefined}
      onKeyDown={onKeyDown}
    >
      <div className="k-table-scroll" ref={box} onScroll={onScroll}>
        <div className="k-table-content" style={{ gridTemplateColumns: template }}>
          <div className="k-table-head" role="row" aria-rowindex={1}>
            {onSelect ? (
              <div role="columnheader" className="k-table-check">
                <Checkbox
                  label="Select all"
                  hiddenLabel
                  checked={ids.length > 0 && ids.every((id) => selected.has(id))}
                  mixed={selected.size > 0 && !ids.every((id) => selected.has(id))}
                  onChange={() => onSelect(selected.size > 0 ? nothing : new Set(ids))}
                />
              </div>
            ) : null}
            {columns.map((column) => (
              <HeadCell
                key={column.id}
                column={column}
                sorting={sorting}
                onSort={setSorting}
                onResize={(width) => setWidths({ ...widths, [column.id]: width })}
              />
            ))}
          </div>
          {rowWindow.before > 0 ? <div className="k-table-space" style={{ height: rowWindow.before }} /> : null}
          {sorted.slice(rowWindow.first, rowWindow.last).map((row, offset) => {
            const id = rowId(row)
            return (
              <TableRow
                key={id}
                row={row}
                id={id}
                elementId={`${label}-${id}`}
                index={rowWindow.first + offset}
                table={props}
                isActive={id === active}
                isSelected={selected.has(id)}
                onSelect={onSelect ? () => onSelect(toggled(selected, id)) : undefined}
              />
            )
          })}
          {rowWindow.after > 0 ? <div className="k-table-space" style={{ height: rowWindow.after }} /> : null}
          {props.isLoading && rows.length === 0 ? (
            <LoadingRows columns={columns.length} hasCheck={onSelect !== undefined} />
          ) : null}
        </div>
        {rows.length === 0 && !props.isLoading ? <Nothing filtered={props.filtered} empty={props.empty} /> : null}
      </div>
    </div>
  )
}

function useLabelId(label: string): string {
  return useMemo(() => label.replace(/\W+/g, '-').toLowerCase(), [label])
}

function track(width: number | string, resized: number | undefined): string {
  if (resized !== undefined) return `${resized}px`
  return typeof width === 'number' ? `${width}px` : width
}

function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] {
  const sortBy = columns.find((column) => column.id === sorting?.column)?.sortBy
  if (!sorting || !sortBy) return rows
  const direction = sorting.isDescending ? -1 : 1
  return [...rows].sort((left, right) => {
    const a = sortBy(left)
    const b = sortBy(right)
    return (
      direction *
      (typeof a === 'number' && typeof b === 'number'
        ? a - b
        : String(a).localeCompare(String(b), 'en', { numeric: true }))
    )
  })
}

interface HeadCellProps<Row> {
  column: Column<Row>
  sorting: Sorting | undefined
  onSort: (sorting: Sorting) => void
  onResize: (width: number) => void
}

function HeadCell<Row>({ column, sorting, onSort, onResize }: HeadCellProps<Row>) {
  const isSorted = sorting?.column === column.id
  const order = isSorted ? (sorting.isDescending ? 'descending' : 'ascending') : undefined
  return (
    <div
      role="columnheader"
      className={column.align === 'right' ? 'k-table-right' : undefined}
      aria-sort={order}
      aria-label={column.label}
    >
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
      ) : (
        column.title
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

interface TableRowProps<Row> {
  row: Row
  id: string
  elementId: string
  index: number
  table: DataTableProps<Row>
  isActive: boolean
  isSelected: boolean
  onSelect: (() => void) | undefined
}

function TableRow<Row>({ row, id, elementId, index, table, isActive, isSelected, onSelect }: TableRowProps<Row>) {
  const mark = table.mark?.(row)
  const expansion = table.expansion?.(row)
  return (
    <>
      <div
        role="row"
        id={elementId}
        aria-rowindex={index + 2}
        aria-selected={onSelect ? isSelected : isActive}
        className={`k-table-row${isActive ? ' k-table-active' : ''}${isSelected ? ' k-table-selected' : ''}`}
        data-row={id}
        onClick={() => {
          table.onActivate?.(id)
          table.onOpen?.(row)
        }}
      >
        {onSelect ? (
          <div role="gridcell" className="k-table-check" onClick={(event) => event.stopPropagation()}>
            <Checkbox label={`Select ${id}`} hiddenLabel checked={isSelected} onChange={onSelect} />
          </div>
        ) : null}
        {table.columns.map((column) => (
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

function LoadingRows({ columns, hasCheck }: { columns: number; hasCheck: boolean }) {
  return Array.from({ length: 8 }, (_, row) => (
    <div key={row} role="row" className="k-table-row" aria-hidden>
      {hasCheck ? <div /> : null}
      {Array.from({ length: columns }, (_, column) => (
        <div key={column}>
          <i className="k-table-shape" style={{ width: `${70 - ((row * 13 + column * 29) % 35)}%` }} />
        </div>
      ))}
    </div>
  ))
}

function Nothing({ filtered, empty }: { filtered: DataTableProps<never>['filtered']; empty: ReactNode }) {
  if (!filtered || filtered.total === 0) return empty ?? <EmptyState title="Nothing here" />
  return (
    <EmptyState
      title={
        <>
          No {filtered.what} matches <code>{filtered.filter}</code>
        </>
      }
      actions={<Button onClick={filtered.onClear}>Clear filter</Button>}
    >
      {filtered.total} exist without the filter.
    </EmptyState>
  )
}
