import { useCallback, useContext, useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react'
import { Button } from './Button.tsx'
import { Checkbox } from './Field.tsx'
import { HeadCell } from './HeadCell.tsx'
import { EmptyState } from './PanelStates.tsx'
import { leaveTabOrder } from './rowControls.ts'
import { RowOrder } from './rowOrder.ts'
import { SingleKeys } from './singleKeys.ts'
import { TableRow, type RowEvents } from './TableRow.tsx'
import type { DataTableProps, Sorting } from './tableTypes.ts'
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
  const [order] = useState(() => new RowOrder<Row>())
  const sorted = useMemo(() => order.sort(rows, columns, sorting), [order, rows, columns, sorting])
  // Asked for by a key or a click: with every batch of a list of 10,000 it would be most of the work.
  const ids = useCallback(() => sorted.map(rowId), [sorted, rowId])
  const isAll = selected.size > 0 && selected.size >= sorted.length && sorted.every((row) => selected.has(rowId(row)))
  const { box, ...rowWindow } = useRowWindow(
    sorted.length,
    rowHeight,
    props.expansion === undefined,
    active === null ? -1 : sorted.findIndex((row) => rowId(row) === active),
  )
  const open = (id: string) => {
    const row = sorted.find((each) => rowId(each) === id)
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
  const events = useRowEvents(props, selected)
  const tracks = columns.map((column) => widths[column.id] ?? column.width)
  const template = [...(onSelect ? ['36px'] : []), ...tracks.map(cssTrack)].join(' ')
  const narrowest = tracks.reduce<number>((sum, track) => sum + leastWidth(track), onSelect ? 36 : 0)
  const prefix = useId()
  const elementId = (id: string) => `${prefix}${encodeURIComponent(id)}`
  const shown = sorted.slice(rowWindow.first, rowWindow.last)
  const isActiveShown = active !== null && shown.some((row) => rowId(row) === active)

  return (
    <div
      ref={grid}
      className={`k-table k-table-${rowHeight}`}
      role="grid"
      aria-label={props.label}
      aria-rowcount={sorted.length + 1}
      aria-multiselectable={onSelect ? true : undefined}
      aria-busy={props.isLoading}
      aria-activedescendant={isActiveShown ? elementId(active) : undefined}
      tabIndex={0}
      data-stale={props.isStale || undefined}
      onKeyDown={onKeyDown}
    >
      <div className="k-table-scroll" ref={box}>
        <div className="k-table-content" style={{ minWidth: narrowest }}>
          <div
            ref={leaveTabOrder}
            className="k-table-head"
            role="row"
            aria-rowindex={1}
            style={{ gridTemplateColumns: template }}
          >
            {onSelect ? (
              <div role="columnheader" className="k-table-check">
                <Checkbox
                  label="Select all"
                  hiddenLabel
                  checked={isAll}
                  mixed={selected.size > 0 && !isAll}
                  onChange={() => onSelect(selected.size > 0 ? nothing : new Set(ids()))}
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
          {shown.map((row, offset) => {
            const id = rowId(row)
            return (
              <TableRow
                key={id}
                row={row}
                id={id}
                elementId={elementId(id)}
                index={rowWindow.first + offset}
                columns={columns}
                template={template}
                isActive={id === active}
                isSelected={onSelect ? selected.has(id) : undefined}
                mark={props.mark?.(row)}
                expansion={props.expansion?.(row)}
                events={events}
              />
            )
          })}
          {rowWindow.after > 0 ? <div className="k-table-space" style={{ height: rowWindow.after }} /> : null}
          {props.isLoading && rows.length === 0 ? (
            <LoadingRows columns={columns.length} hasCheck={onSelect !== undefined} template={template} />
          ) : null}
        </div>
        {rows.length === 0 && !props.isLoading ? <Nothing filtered={props.filtered} empty={props.empty} /> : null}
      </div>
    </div>
  )
}

/** The table's latest callbacks behind one object that stays the same. */
function useRowEvents<Row>(props: DataTableProps<Row>, selected: ReadonlySet<string>): RowEvents<Row> {
  const latest = useRef({ props, selected })
  useEffect(() => {
    latest.current = { props, selected }
  })
  return useMemo(
    () => ({
      open: (id, row) => {
        latest.current.props.onActivate?.(id)
        latest.current.props.onOpen?.(row)
      },
      toggle: (id) => latest.current.props.onSelect?.(toggled(latest.current.selected, id)),
    }),
    [],
  )
}

function cssTrack(width: number | string): string {
  return typeof width === 'number' ? `${width}px` : width
}

/** Pixels below which a column does not go: the first figure of `minmax(190px, 1fr)`. */
function leastWidth(width: number | string): number {
  return typeof width === 'number' ? width : Number(/\d+/.exec(width)?.[0] ?? 0)
}

function LoadingRows({ columns, hasCheck, template }: { columns: number; hasCheck: boolean; template: string }) {
  return Array.from({ length: 8 }, (_, row) => (
    <div key={row} role="row" className="k-table-row" style={{ gridTemplateColumns: template }} aria-hidden>
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
