import type { KubeObject, ResourceName } from '../../store/types.ts'
import { age, name, type Column } from './columns.ts'
import { clusterTables } from './cluster.ts'
import { workloadTables } from './workloads.ts'

const plain: Column[] = [name, age]

export type IncludeObject = 'None' | 'Metadata' | 'Object'

interface Table {
  kind: 'Table'
  apiVersion: 'meta.k8s.io/v1'
  metadata: object
  columnDefinitions?: object[]
  rows: object[]
}

/** The metadata of an object as a kind of its own, for clients that need no more. */
export function partial(object: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
}

const definition = ({ name: title, wide, type = 'string' }: Column): object => ({
  name: title,
  type,
  format: title === 'Name' ? 'name' : '',
  description: '',
  priority: wide === true ? 1 : 0,
})

function included(object: KubeObject, include: IncludeObject): object {
  if (include === 'None') return {}
  return { object: include === 'Object' ? object : partial(object) }
}

/**
 * Objects as the table kubectl prints.
 * @param columnDefinitions false leaves them out, as every watch event after the first does
 */
export function toTable(
  resource: ResourceName,
  objects: readonly KubeObject[],
  metadata: object,
  include: IncludeObject,
  columnDefinitions = true,
): Table {
  const columns = workloadTables[resource] ?? clusterTables[resource] ?? plain
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    ...(columnDefinitions ? { columnDefinitions: columns.map(definition) } : {}),
    rows: objects.map((object) => ({ cells: columns.map(({ cell }) => cell(object)), ...included(object, include) })),
  }
}
