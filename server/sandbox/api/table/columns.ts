import type { V1Container, V1LabelSelector } from '../schema/models.ts'
import type { KubeObject } from '../../store/types.ts'
import { since } from './duration.ts'

type Cell = string | number | boolean

/** One column of a kind's table. Wide ones show with `-o wide` only. */
export interface Column {
  name: string
  wide?: boolean
  type?: 'string' | 'integer' | 'boolean'
  cell: (object: KubeObject) => Cell
}

type MakeColumn<T> = (
  name: string,
  cell: (object: T) => Cell | undefined,
  options?: { wide?: boolean; type?: Column['type'] },
) => Column

/** Lets a cell function read an object as the client's class of its kind. */
export const column =
  <T>(): MakeColumn<T> =>
  (name, cell, options = {}) => ({
    name,
    ...options,
    cell: (object) => cell(object as unknown as T) ?? '<none>',
  })

export const name: Column = { name: 'Name', cell: (object) => object.metadata.name }
export const age: Column = { name: 'Age', cell: (object) => since(object.metadata.creationTimestamp) }
export const createdAt: Column = { name: 'Created At', cell: (object) => object.metadata.creationTimestamp }

export const joined = (values: readonly string[] | undefined): string =>
  values === undefined || values.length === 0 ? '<none>' : values.join(',')

export const pairs = (labels: Record<string, string> | undefined): string =>
  joined(Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`))

/** A selector in the form `-l` takes. */
export function selectorText(selector: V1LabelSelector | undefined): string {
  const terms = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  for (const { key, operator, values = [] } of selector?.matchExpressions ?? []) {
    if (operator === 'Exists') terms.push(key)
    else if (operator === 'DoesNotExist') terms.push(`!${key}`)
    else terms.push(`${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`)
  }
  return joined(terms)
}

/** The wide columns of everything that has a pod template. */
export function templateColumns(
  containersOf: (object: KubeObject) => V1Container[] | undefined,
  selectorOf?: (object: KubeObject) => V1LabelSelector | undefined,
): Column[] {
  return [
    { name: 'Containers', wide: true, cell: (object) => joined(containersOf(object)?.map((each) => each.name)) },
    { name: 'Images', wide: true, cell: (object) => joined(containersOf(object)?.map((each) => each.image ?? '')) },
    ...(selectorOf === undefined
      ? []
      : [{ name: 'Selector', wide: true, cell: (object: KubeObject) => selectorText(selectorOf(object)) }]),
  ]
}
