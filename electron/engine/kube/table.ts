import { bounds, tooLarge } from './bounds.ts'
import type { ClusterConnection, KubeObject } from './types.ts'

/** A list as kubectl asks for it: the server's own columns, without the objects. */
export interface Table {
  columns: string[]
  rows: unknown[][]
}

interface Page {
  metadata?: { continue?: string }
  columnDefinitions?: { name: string }[] | null
  rows?: { cells?: unknown[] | null }[] | null
  items?: KubeObject[] | null
}

const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

/**
 * Reads a list as a table: about 170 bytes a pod, where the object has 7,000. Expired pages start the list over (EXPIRED).
 * @returns the objects where a server knows no tables
 */
export async function readTable(
  connection: ClusterConnection,
  path: string,
  options: { fieldSelector?: string; signal?: AbortSignal } = {},
): Promise<Table | KubeObject[]> {
  const { fieldSelector, signal } = options
  const table: Table = { columns: [], rows: [] }
  const objects: KubeObject[] = []
  let isTable = true
  const tokens = new Set<string>()
  let token: string | undefined
  do {
    const page: Page = await connection.request('GET', path, {
      query: { includeObject: 'None', limit: 500, continue: token, fieldSelector },
      headers: { accept },
      sanitised: true,
      ...(signal ? { signal } : {}),
    })
    isTable = page.columnDefinitions !== undefined || page.rows !== undefined
    // Only the first page has the columns.
    if (page.columnDefinitions?.length) table.columns = page.columnDefinitions.map(({ name }) => name)
    for (const { cells } of page.rows ?? []) table.rows.push(cells ?? [])
    objects.push(...(page.items ?? []))
    token = page.metadata?.continue
    const where = new URL(connection.context.cluster.server).host
    if (table.rows.length + objects.length > bounds.objects || (token && tokens.has(token)))
      throw tooLarge(where, 'a list that does not end')
    if (token) tokens.add(token)
  } while (token !== undefined && token !== '')
  return isTable ? table : objects
}

/** Names and labels of some objects, by the path of their list. */
export async function readMetadata(
  connection: ClusterConnection,
  path: string,
  options: { labelSelector?: string; fieldSelector?: string; signal?: AbortSignal } = {},
): Promise<KubeObject[]> {
  const { labelSelector, fieldSelector, signal } = options
  const { items } = await connection.request<{ items?: KubeObject[] | null }>('GET', path, {
    query: { labelSelector, fieldSelector, limit: 500 },
    sanitised: true,
    headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json' },
    ...(signal ? { signal } : {}),
  })
  return items ?? []
}
