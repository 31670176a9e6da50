import { expect, test } from 'vitest'
import { RowOrder } from './rowOrder.ts'
import type { Column } from './tableTypes.ts'

interface Pod {
  name: string
  restarts: number
}

let reads = 0
const columns: Column<Pod>[] = [
  { id: 'name', title: 'Name', width: 100, cell: () => null, sortBy: 'given' },
  { id: 'node', title: 'Node', width: 100, cell: () => null, sortBy: (row) => row.name },
  {
    id: 'restarts',
    title: 'Restarts',
    width: 100,
    cell: () => null,
    sortBy: (row) => {
      reads += 1
      return row.restarts
    },
  },
]
const pod = (name: string, restarts: number): Pod => ({ name, restarts })
const names = (rows: readonly Pod[]) => rows.map((row) => row.name)
const pods = [pod('a-10', 1), pod('a-9', 0), pod('b', 1)]

test('texts with numbers sort as people count', () => {
  expect(names(new RowOrder<Pod>().sort(pods, columns, { column: 'node', isDescending: false }))).toEqual([
    'a-9',
    'a-10',
    'b',
  ])
})

test('equal rows keep the order in which they were given, in both directions', () => {
  const order = new RowOrder<Pod>()
  expect(names(order.sort(pods, columns, { column: 'restarts', isDescending: false }))).toEqual(['a-9', 'a-10', 'b'])
  expect(names(order.sort(pods, columns, { column: 'restarts', isDescending: true }))).toEqual(['a-10', 'b', 'a-9'])
})

test('rows that come in their order are not sorted, and are turned round when wanted', () => {
  const order = new RowOrder<Pod>()
  expect(order.sort(pods, columns, { column: 'name', isDescending: false })).toBe(pods)
  expect(names(order.sort(pods, columns, { column: 'name', isDescending: true }))).toEqual(['b', 'a-9', 'a-10'])
})

test('a new row in the place of an old one takes its place, and a changed key moves it', () => {
  const order = new RowOrder<Pod>()
  const sorting = { column: 'restarts', isDescending: false }
  order.sort(pods, columns, sorting)
  reads = 0
  const renamed = pods.with(1, pod('c', 0))
  expect(names(order.sort(renamed, columns, sorting))).toEqual(['c', 'a-10', 'b'])
  expect(reads).toBe(3)
  expect(names(order.sort(pods.with(1, pod('c', 7)), columns, sorting))).toEqual(['a-10', 'b', 'c'])
})
