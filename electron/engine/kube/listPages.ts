import { ConsoleError } from '#shared/errors.ts'
import { ListSplitter } from './listSplitter.ts'
import { transportError } from './transportErrors.ts'
import type { ClusterConnection, KubeObject } from './types.ts'

export interface ListQuery {
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
  /** Objects per page; 0 asks for all at once. */
  pageSize?: number | undefined
  signal?: AbortSignal | undefined
}

/** A slow page must not hang forever; a big one takes its time. Milliseconds without a byte. */
const pageSilence = 60_000

const notAList = (where: string, path: string) =>
  new ConsoleError('STREAM_BROKEN', `The cluster at ${where} answered with something that is not a list. Try again.`, {
    path,
  })

interface ListEnvelope {
  items?: unknown
  metadata?: { resourceVersion?: string; continue?: string; remainingItemCount?: number }
}

/**
 * Reads a list page by page, object by object.
 * @param onPage called after each page with its objects
 * @returns the resourceVersion to watch from
 * @throws EXPIRED when a `continue` token is too old: what was given so far is incomplete and must be listed again
 */
export async function listPages(
  connection: ClusterConnection,
  path: string,
  query: ListQuery,
  onPage: (objects: KubeObject[]) => void,
): Promise<string> {
  let token: string | undefined
  let resourceVersion = ''
  do {
    const page = await readPage(connection, path, query, token)
    resourceVersion = page.envelope.metadata?.resourceVersion ?? resourceVersion
    token = page.envelope.metadata?.continue
    onPage(page.objects)
  } while (token !== undefined && token !== '')
  return resourceVersion
}

async function readPage(
  connection: ClusterConnection,
  path: string,
  query: ListQuery,
  token: string | undefined,
): Promise<{ objects: KubeObject[]; envelope: ListEnvelope }> {
  const { labelSelector, fieldSelector, pageSize = 500, signal } = query
  const { body } = await connection.stream('GET', path, {
    query: { labelSelector, fieldSelector, limit: pageSize === 0 ? undefined : pageSize, continue: token },
    ...(signal ? { signal } : {}),
  })
  const objects: KubeObject[] = []
  const splitter = new ListSplitter<KubeObject, ListEnvelope>((object) => objects.push(object))
  const where = new URL(connection.context.cluster.server).host
  const silence = (): void =>
    void body.destroy(
      new ConsoleError('TIMEOUT', `The cluster at ${where} stopped in the middle of a list. Try again.`),
    )
  const timer = setTimeout(silence, pageSilence)
  try {
    for await (const chunk of body) {
      timer.refresh()
      splitter.push(chunk as Buffer)
    }
    const envelope = splitter.end()
    // Another JSON than a list must not pass for an empty one.
    if (envelope === null || typeof envelope !== 'object' || !('items' in envelope)) throw notAList(where, path)
    return { objects, envelope }
  } catch (thrown) {
    if (signal?.aborted) throw new ConsoleError('CANCELLED', 'Stopped on request.')
    if (thrown instanceof SyntaxError) {
      throw new ConsoleError('STREAM_BROKEN', `The cluster at ${where} sent a list that breaks off. Try again.`, {
        path,
        raw: thrown.message,
      })
    }
    throw transportError(thrown, where)
  } finally {
    clearTimeout(timer)
  }
}
