import type { ServerResponse } from 'node:http'
import type { KubeObject, StoreEvent } from '../store/types.ts'
import type { ApiContext } from './context.ts'
import { gone } from './errors.ts'
import { viewOf } from './eventsView.ts'
import { checkWatchOptions, parseResourceVersion } from './listOptions.ts'
import { presentationOf, type Presentation } from './present.ts'
import { matcherOf, selectObjects } from './read.ts'
import { isTrue, type KindRequest } from './request.ts'
import { partial, toTable } from './table/table.ts'

const bookmarkEveryMilliseconds = 10_000
/** kube-apiserver's --min-request-timeout: watches without a timeout of their own end after 30 to 60 minutes. */
const shortestWatchSeconds = 1800
/** A reader this far behind is cut off; it lists and watches again. */
const longestBacklogBytes = 32 * 1024 * 1024

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: object
}

class WatchStream {
  private readonly request: KindRequest
  private readonly presentation: Presentation
  private readonly response: ServerResponse
  private readonly matches: (object: KubeObject) => boolean
  private columnsSent = false

  constructor(request: KindRequest) {
    this.request = request
    this.response = request.response
    this.presentation = presentationOf(request.incoming.headers.accept, request.query)
    const matches = matcherOf(request)
    const { row, info } = request
    const namespace = row.namespaced ? info.namespace : ''
    this.matches = (object) => (namespace === '' || object.metadata.namespace === namespace) && matches(object)
  }

  open(): void {
    this.response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
    this.response.flushHeaders()
  }

  send(type: WatchEvent['type'], object: object): void {
    this.response.write(`${JSON.stringify({ type, object } satisfies WatchEvent)}\n`)
    if (this.response.writableLength > longestBacklogBytes) this.response.destroy()
  }

  sendObject(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
    this.send(type, this.present(object))
  }

  /** An object that starts or stops matching the selectors appears and disappears for this watch. */
  sendEvent({ type, object, previous }: StoreEvent): void {
    const matched = previous === undefined ? type === 'DELETED' && this.matches(object) : this.matches(previous)
    const matches = type !== 'DELETED' && this.matches(object)
    if (matches) this.sendObject(matched && type === 'MODIFIED' ? 'MODIFIED' : 'ADDED', object)
    else if (matched) this.sendObject('DELETED', object)
  }

  bookmark(revision: number, annotations?: Record<string, string>): void {
    const { row } = this.request
    const metadata = { resourceVersion: String(revision), creationTimestamp: null, ...(annotations && { annotations }) }
    const bookmark = { kind: row.kind, apiVersion: row.apiVersion, metadata } as unknown as KubeObject
    const { as } = this.presentation
    if (as === 'Table') this.send('BOOKMARK', toTable(row.name, [], metadata, 'None', this.columnsOnce()))
    else this.send('BOOKMARK', as === 'PartialObjectMetadata' ? partial(bookmark) : bookmark)
  }

  private present(object: KubeObject): object {
    const { as, include } = this.presentation
    const { resourceVersion } = object.metadata
    if (as === 'Table')
      return toTable(this.request.row.name, [object], { resourceVersion }, include, this.columnsOnce())
    return as === 'PartialObjectMetadata' ? partial(object) : viewOf(this.request.row, object)
  }

  private columnsOnce(): boolean {
    const first = !this.columnsSent
    this.columnsSent = true
    return first
  }
}

/** Streams the changes of a kind until the client leaves, its timeout is over, or it falls too far behind. */
export function watchObjects(context: ApiContext, request: KindRequest): void {
  const { store } = context
  const { row, query, response } = request
  checkWatchOptions(query)
  const start = parseResourceVersion(query, 'watch or object')
  const stream = new WatchStream(request)
  const sendInitialEvents = isTrue(query.get('sendInitialEvents'))
  stream.open()

  let sent = store.revision
  if (sendInitialEvents || start === 0) {
    for (const object of selectObjects(context, request)) stream.sendObject('ADDED', object)
    if (sendInitialEvents) stream.bookmark(sent, { 'k8s.io/initial-events-end': 'true' })
  } else {
    const past = store.eventsSince(row.name, start)
    if (past === undefined) {
      stream.send('ERROR', gone(`too old resource version: ${start} (${store.revision})`).toStatus())
      response.end()
      return
    }
    for (const { event } of past) stream.sendEvent(event)
    sent = Math.max(sent, start)
  }

  const stopWatching = store.watch(row.name, (event) => {
    const revision = Number(event.object.metadata.resourceVersion)
    // Writes made before this watch began may still be on their way to it.
    if (revision <= sent) return
    sent = revision
    stream.sendEvent(event)
  })
  const bookmarks = isTrue(query.get('allowWatchBookmarks'))
    ? setInterval(() => stream.bookmark(Math.max(sent, store.revision)), bookmarkEveryMilliseconds)
    : undefined
  const asked = Number(query.get('timeoutSeconds') ?? 0)
  const seconds = asked > 0 ? asked : shortestWatchSeconds * (1 + Math.random())
  const timeout = setTimeout(() => response.end(), seconds * 1000)
  response.once('close', () => {
    stopWatching()
    clearInterval(bookmarks)
    clearTimeout(timeout)
  })
}
