import { ConsoleError } from '#shared/errors.ts'
import { bounds, notKubernetes, tooLarge } from './bounds.ts'
import { ListSplitter } from './listSplitter.ts'
import { parseAnswer } from './parse.ts'
import { transportError } from './transportErrors.ts'
import type { ClusterConnection, KubeObject, StreamedResponse } from './types.ts'

export interface ListQuery {
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
  /** Objects per page; 0 asks for all at once. */
  pageSize?: number | undefined
  signal?: AbortSignal | undefined
  /** Makes all text of the objects safe to show, for what is shown and not written back. */
  sanitised?: boolean | undefined
}

/** Objects of the first page at most. */
const firstPage = 100

/** A slow page must not hang forever; a big one takes its time. Milliseconds without a byte. */
const pageSilence = 60_000

/** Bytes of one page: lists that expire between their pages are asked for in one piece. */
const largestPage = 512 << 20

const isJson = (headers: StreamedResponse['headers']): boolean => String(headers['content-type'] ?? '').includes('json')

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
 * @throws TOO_LARGE when it has more objects, or larger ones, than `bounds` allows; EXPIRED when a `continue` token is too old: what was given so far is incomplete and must be listed again
 */
export async function listPages(
  connection: ClusterConnection,
  path: string,
  query: ListQuery,
  onPage: (objects: KubeObject[]) => void,
): Promise<string> {
  const where = new URL(connection.context.cluster.server).host
  const tokens = new Set<string>()
  let count = 0
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
      count += page.objects.length
      if (count > bounds.objects)
        throw tooLarge(where, `a list of more than ${bounds.objects.toLocaleString('en')} objects`)
      if (token && (tokens.has(token) || tokens.size > bounds.objects))
        throw tooLarge(where, 'a list whose pages do not end')
      if (token) tokens.add(token)
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
  { signal, sanitised }: ListQuery,
  { body, headers }: StreamedResponse,
  onToken: (token: string) => void,
): Promise<{ objects: KubeObject[]; envelope: ListEnvelope }> {
  const objects: KubeObject[] = []
  let isTold = false
  const splitter = new ListSplitter<KubeObject, ListEnvelope>(
    (object) => objects.push(object),
    bounds.object,
    (text) => parseAnswer(text, { sanitised }),
  )
  const where = new URL(connection.context.cluster.server).host
  const silence = (): void =>
    void body.destroy(
      new ConsoleError('TIMEOUT', `The cluster at ${where} stopped in the middle of a list. Try again.`),
    )
  const timer = setTimeout(silence, pageSilence)
  let bytes = 0
  try {
    for await (const chunk of body) {
      timer.refresh()
      bytes += (chunk as Buffer).length
      if (bytes > largestPage) throw tooLarge(where, 'a page of a list larger than 512 MiB')
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
    if (thrown instanceof RangeError) throw tooLarge(where, `an object larger than ${bounds.object >> 20} MiB`)
    if (thrown instanceof SyntaxError && bytes > 0 && !isJson(headers))
      throw notKubernetes(where, headers['content-type'], path)
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
