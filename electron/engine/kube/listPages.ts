import { ConsoleError } from '#shared/errors.ts'
import { ListSplitter } from './listSplitter.ts'
import { transportError } from './transportErrors.ts'
import type { ClusterConnection, KubeObject, StreamedResponse } from './types.ts'

export interface ListQuery {
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
  /** Objects per page; 0 asks for all at once. */
  pageSize?: number | undefined
  signal?: AbortSignal | undefined
}

/** Objects of the first page at most. */
const firstPage = 100

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
  let resourceVersion = ''
  let pending: Pending | undefined = ask(connection, path, query, undefined)
  const ahead: { asked?: Pending | undefined } = {}
  try {
    while (pending) {
      ahead.asked = undefined
      const page = await readPage(connection, path, query, await pending.response, (token) => {
        ahead.asked = ask(connection, path, query, token)
      })
      pending = ahead.asked
      resourceVersion = page.envelope.metadata?.resourceVersion ?? resourceVersion
      const token = page.envelope.metadata?.continue
      if (token && !pending) pending = ask(connection, path, query, token)
      onPage(page.objects)
    }
  } catch (thrown) {
    ahead.asked?.drop()
    throw thrown
  }
  return resourceVersion
}

interface Pending {
  response: Promise<StreamedResponse>
  drop: () => void
}

/** Asks for a page. The server makes the next one while this one is being read. */
function ask(
  connection: ClusterConnection,
  path: string,
  { labelSelector, fieldSelector, pageSize = 500, signal }: ListQuery,
  token: string | undefined,
): Pending {
  // The first rows are what somebody waits for; a screen shows forty.
  const size = token === undefined ? Math.min(pageSize, firstPage) : pageSize
  const response = connection.stream('GET', path, {
    query: { labelSelector, fieldSelector, limit: size === 0 ? undefined : size, continue: token },
    ...(signal ? { signal } : {}),
  })
  // One that is asked ahead and never read fails unheard.
  response.catch(() => undefined)
  return { response, drop: () => void response.then(({ body }) => body.destroy()).catch(() => undefined) }
}

async function readPage(
  connection: ClusterConnection,
  path: string,
  { signal }: ListQuery,
  { body }: StreamedResponse,
  onToken: (token: string) => void,
): Promise<{ objects: KubeObject[]; envelope: ListEnvelope }> {
  const objects: KubeObject[] = []
  let isTold = false
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
      if (isTold) continue
      const head = splitter.head()
      isTold = head !== undefined
      if (head?.metadata?.continue) onToken(head.metadata.continue)
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
