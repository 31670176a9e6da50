import type { PodRow } from '#shared/contract/workloads.ts'

export const podColumns = ['status', 'name', 'ready', 'restarts', 'cpu', 'memory', 'node', 'version', 'age'] as const
export type PodColumn = (typeof podColumns)[number]

export interface PodOrder {
  column: PodColumn
  descending: boolean
}

/** Latest figures of a pod; undefined where there are none. */
export interface PodUse {
  cpu: number
  memory: number
}

const severity: Record<PodRow['health'], number> = {
  failed: 0,
  warning: 1,
  unknown: 2,
  progress: 3,
  waiting: 4,
  healthy: 5,
  off: 6,
}

const compareText = new Intl.Collator('en', { numeric: true }).compare

/**
 * Sorts a copy. Equal rows keep the order of their names, so that nothing jumps between batches; pods without figures come
 * last in either direction.
 */
export function sortPods(
  rows: readonly PodRow[],
  order: PodOrder,
  useOf: (name: string) => PodUse | undefined,
): PodRow[] {
  const direction = order.descending ? -1 : 1
  return [...rows].sort((a, b) => {
    const difference = compare[order.column](a, b, useOf, direction)
    return difference || compareText(a.name, b.name)
  })
}

type Compare = (a: PodRow, b: PodRow, useOf: (name: string) => PodUse | undefined, direction: number) => number

const byUse =
  (figure: keyof PodUse): Compare =>
  (a, b, useOf, direction) => {
    const [left, right] = [useOf(a.name)?.[figure], useOf(b.name)?.[figure]]
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined)
    return (left - right) * direction
  }

const compare: Record<PodColumn, Compare> = {
  status: (a, b, _, direction) =>
    (severity[a.health] - severity[b.health] || compareText(a.status, b.status)) * direction,
  name: (a, b, _, direction) => compareText(a.name, b.name) * direction,
  ready: (a, b, _, direction) => (a.ready / a.containers.length - b.ready / b.containers.length) * direction,
  restarts: (a, b, _, direction) => (a.restarts - b.restarts) * direction,
  cpu: byUse('cpu'),
  memory: byUse('memory'),
  node: (a, b, _, direction) => compareText(a.node, b.node) * direction,
  version: (a, b, _, direction) => compareText(a.version, b.version) * direction,
  // Age grows as the time of creation falls.
  age: (a, b, _, direction) => (b.createdAt - a.createdAt) * direction,
}
