import { sanitise, type ClusterConnection } from '../../../kube/index.ts'
import type { Verdict } from './classify.ts'

/** Which objects a write reaches. */
export interface Reach {
  names: string[]
  /** Null where it could not be read. */
  count: number | null
}

/** Names that a question shows, and objects that are counted one by one. */
const [shown, counted] = [20, 500]
/** Milliseconds: a slow list must not hold a question up. */
const patience = 10_000

interface MetadataList {
  metadata?: { remainingItemCount?: number; continue?: string } | null
  items?: { metadata?: { name?: string } | null }[] | null
}

/** @param inBody the name that the body gives a new object */
export async function objectsOf(
  verdict: Verdict,
  inBody: string | undefined,
  connect: () => Promise<ClusterConnection>,
  signal: AbortSignal,
): Promise<Reach> {
  if (verdict.verb === 'unclear') return { names: [], count: null }
  if (verdict.verb !== 'deletecollection') {
    const name = verdict.name === undefined ? inBody : sanitise(verdict.name)
    return { names: name === undefined ? [] : [name], count: 1 }
  }
  const [path = '', text = ''] = verdict.target.split('?')
  const given = new URLSearchParams(text)
  const selectors = ['labelSelector', 'fieldSelector'].flatMap((name) => {
    const value = given.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  try {
    const connection = await connect()
    const list = await connection.request<MetadataList>('GET', path, {
      query: { ...Object.fromEntries(selectors), limit: counted },
      headers: { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json' },
      timeout: patience,
      retries: 0,
      signal,
    })
    const names = (list.items ?? []).map((item) => sanitise(item.metadata?.name ?? '?'))
    const isAll = !list.metadata?.continue
    const rest = isAll ? 0 : list.metadata?.remainingItemCount
    return { names: names.slice(0, shown), count: rest === undefined ? null : names.length + rest }
  } catch {
    // What may not be listed may still be deleted: the question says that the number is not known.
    return { names: [], count: null }
  }
}
