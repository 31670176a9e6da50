import type { ResourceRow } from '../store/resources.ts'
import type { KubeObject } from '../store/types.ts'
import { viewOf } from './eventsView.ts'
import { partial, toTable, type IncludeObject } from './table/table.ts'

/** How a client wants objects: whole, as kubectl's table, or only their metadata. */
export interface Presentation {
  as: 'object' | 'Table' | 'PartialObjectMetadata'
  include: IncludeObject
}

/** Reads the first form in an Accept header that the server can give. */
export function presentationOf(accept: string | undefined, query: URLSearchParams): Presentation {
  const asked = query.get('includeObject')
  const include = asked === 'None' || asked === 'Object' ? asked : 'Metadata'
  for (const option of (accept ?? '').split(',')) {
    const form = /;\s*as=(\w+)/.exec(option)?.[1]
    if (form === undefined) break
    if (form === 'Table') return { as: 'Table', include }
    if (form.startsWith('PartialObjectMetadata')) return { as: 'PartialObjectMetadata', include }
  }
  return { as: 'object', include }
}

export function presentOne(row: ResourceRow, object: KubeObject, { as, include }: Presentation): object {
  if (as === 'Table') return toTable(row.name, [object], { resourceVersion: object.metadata.resourceVersion }, include)
  return as === 'PartialObjectMetadata' ? partial(object) : viewOf(row, object)
}

export function presentList(
  row: ResourceRow,
  items: readonly KubeObject[],
  metadata: object,
  { as, include }: Presentation,
): object {
  if (as === 'Table') return toTable(row.name, items, metadata, include)
  if (as === 'PartialObjectMetadata') {
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(partial) }
  }
  return {
    kind: `${row.kind}List`,
    apiVersion: row.apiVersion,
    metadata,
    items: items.map((item) => viewOf(row, item)),
  }
}
