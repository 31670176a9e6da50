// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { DataTable } from './DataTable.tsx'
import type { Column, DataTableProps } from './tableTypes.ts'

interface Row {
  name: string
  size: number
}

const columns: Column<Row>[] = [
  { id: 'name', title: 'Name', width: 100, isHeader: true, cell: (row) => row.name, sortBy: (row) => row.name },
  { id: 'size', title: 'Size', width: 60, align: 'right', cell: (row) => row.size, sortBy: (row) => row.size },
]
const rows: Row[] = [
  { name: 'pod-10', size: 3 },
  { name: 'pod-2', size: 2 },
  { name: 'pod-1', size: 1 },
]
const idOf = (row: Row) => row.name
const opened: string[] = []

function Table(props: Partial<DataTableProps<Row>>) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [active, setActive] = useState<string | null>(null)
  return (
    <>
      <DataTable
        label="Pods"
        rows={rows}
        columns={columns}
        rowId={idOf}
        selected={selected}
        onSelect={setSelected}
        active={active}
        onActivate={setActive}
        onOpen={(row) => opened.push(row.name)}
        {...props}
      />
      <output>{`${active ?? 'none'}|${[...selected].join(',')}`}</output>
    </>
  )
}

const grid = () => screen.getByRole('grid', { name: 'Pods' })
const state = () => document.querySelector('output')?.textContent
const names = () => screen.getAllByRole('rowheader').map((cell) => cell.textContent)
const press = (...keys: string[]) => {
  for (const key of keys)
    fireEvent.keyDown(grid(), { key: key.replace('Shift+', ''), shiftKey: key.startsWith('Shift+') })
}

afterEach(() => {
  cleanup()
  opened.length = 0
})

test('J and K and arrows move, Enter opens', () => {
  render(<Table />)
  press('j', 'ArrowDown', 'k', 'Enter')
  expect(state()).toBe('pod-10|')
  expect(opened).toEqual(['pod-10'])
})

test('X selects the active row, Shift extends, Escape clears', () => {
  render(<Table />)
  press('j', 'x', 'Shift+ArrowDown')
  expect(state()).toBe('pod-2|pod-10,pod-2')
  press('Escape')
  expect(state()).toBe('pod-2|')
})

test('names sort as people count: pod-2 before pod-10', () => {
  render(<Table />)
  fireEvent.click(screen.getByRole('button', { name: 'Name' }))
  expect(names()).toEqual(['pod-1', 'pod-2', 'pod-10'])
  fireEvent.click(screen.getByRole('button', { name: 'Name' }))
  expect(names()).toEqual(['pod-10', 'pod-2', 'pod-1'])
  expect(screen.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('descending')
})

test('the box in the head selects all rows', () => {
  render(<Table />)
  fireEvent.click(screen.getByRole('checkbox', { name: 'Select all' }))
  expect(state()).toBe('none|pod-10,pod-2,pod-1')
})

test('a filter that hides everything says so and offers to be cleared', () => {
  let isCleared = false
  render(
    <Table rows={[]} filtered={{ total: 26, what: 'pod', filter: 'node: x', onClear: () => (isCleared = true) }} />,
  )
  expect(screen.getByText('26 exist without the filter.')).toBeTruthy()
  fireEvent.click(screen.getByRole('button', { name: 'Clear filter' }))
  expect(isCleared).toBe(true)
})

test('of 10,000 rows only those near the window are in the page', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({ name: `pod-${index}`, size: index }))
  render(<Table rows={many} />)
  expect(grid().getAttribute('aria-rowcount')).toBe('10001')
  expect(names().length).toBeLessThan(100)
  const scroller = grid().querySelector('.k-table-scroll')
  if (!scroller) throw new Error('no scroller')
  scroller.scrollTop = 5000 * 28
  fireEvent.scroll(scroller)
  expect(names()).toContain('pod-5000')
  expect(names()).not.toContain('pod-0')
})

test('keys reach the primary table while nothing has the focus, and a field keeps its own', () => {
  render(
    <>
      <input aria-label="Filter" />
      <Table isPrimary />
    </>,
  )
  fireEvent.keyDown(document.body, { key: 'j' })
  expect(state()).toBe('pod-10|')
  fireEvent.keyDown(screen.getByLabelText('Filter'), { key: 'j' })
  expect(state()).toBe('pod-10|')
})

test('Home, End and the page keys go to the ends, Space selects, Ctrl A selects all', () => {
  render(<Table />)
  press('End')
  expect(state()).toBe('pod-1|')
  press('Home', ' ')
  expect(state()).toBe('pod-10|pod-10')
  press('PageDown', ' ')
  expect(state()).toBe('pod-1|pod-10,pod-1')
  press('PageUp', ' ')
  expect(state()).toBe('pod-10|pod-1')
  fireEvent.keyDown(grid(), { key: 'a', ctrlKey: true })
  expect(state()).toBe('pod-10|pod-10,pod-2,pod-1')
})

test('the grid is one stop of the Tab key; arrows lead into the controls of a row and back', () => {
  const withButton: Column<Row>[] = [
    ...columns,
    {
      id: 'menu',
      title: '',
      label: 'Actions',
      width: 40,
      cell: (row) => (
        <>
          <button type="button">{`Menu of ${row.name}`}</button>
          <button type="button">{`Link of ${row.name}`}</button>
        </>
      ),
    },
  ]
  render(<Table columns={withButton} />)
  const stops = [...grid().querySelectorAll<HTMLElement>('*')].filter((each) => each.tabIndex >= 0)
  expect(stops).toEqual([])
  expect(grid().tabIndex).toBe(0)
  const pressed = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key })
  const focused = () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent
  grid().focus()
  pressed('ArrowDown')
  expect(grid().getAttribute('aria-activedescendant')).toBe(grid().querySelector('[data-row="pod-10"]')?.id)
  pressed('ArrowRight')
  expect(focused()).toBe('Select pod-10')
  pressed('ArrowRight')
  expect(focused()).toBe('Menu of pod-10')
  pressed('ArrowRight')
  pressed('ArrowRight')
  expect(focused()).toBe('Link of pod-10')
  pressed('Escape')
  expect(focused()).toBe('Pods')
  pressed('ArrowUp')
  expect(focused()).toBe('Select all')
  pressed('ArrowRight')
  expect(focused()).toBe('Name')
  pressed('ArrowDown')
  expect(focused()).toBe('Pods')
  expect(state()).toBe('pod-10|')
})

test('a row that is not in the page is not called active', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({ name: `pod-${index}`, size: index }))
  render(<Table rows={many} active="pod-9000" />)
  const named = grid().getAttribute('aria-activedescendant')
  expect(named === null || document.getElementById(named) !== null).toBe(true)
})

test('a row says which columns are its head', () => {
  render(<Table />)
  const row = screen.getAllByRole('row')[1]
  if (!row) throw new Error('no row')
  expect(within(row).getByRole('rowheader').textContent).toBe('pod-10')
})
