import type { KubeObject } from '../store/types.ts'
import type { ApiContext } from './context.ts'
import { ApiError, badRequest, gone, notFound } from './errors.ts'
import { checkListOptions, parseResourceVersion } from './listOptions.ts'
import { presentList, presentOne, presentationOf } from './present.ts'
import { namespaceOf, ok, type KindRequest, type Reply } from './request.ts'
import { fieldMatcher, labelMatcher, type Matcher } from './selectors.ts'

export function getObject({ store }: ApiContext, request: KindRequest): Reply {
  const { row, info, incoming, query } = request
  parseResourceVersion(query, 'watch or object')
  const object = store.get(row.name, namespaceOf(request), info.name)
  if (object === undefined) throw notFound(row, info.name)
  return ok(presentOne(row, object, presentationOf(incoming.headers.accept, query)))
}

/** The label and field selectors of a request. */
export function matcherOf({ row, query }: KindRequest): Matcher {
  const labels = labelMatcher(query.get('labelSelector') ?? '')
  const fields = fieldMatcher(row.name, query.get('fieldSelector') ?? '')
  return (object) => labels(object) && fields(object)
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`

/** The objects a list, watch or deletecollection is about, in the order etcd has them. */
export function selectObjects({ store }: ApiContext, request: KindRequest): KubeObject[] {
  const { row, info } = request
  const objects = store.list(row.name, row.namespaced && info.namespace !== '' ? { namespace: info.namespace } : {})
  const ordered = objects.filter(matcherOf(request)).map((object) => ({ key: keyOf(object), object }))
  ordered.sort((one, other) => (one.key < other.key ? -1 : 1))
  return ordered.map(({ object }) => object)
}

interface Continuation {
  revision: number
  after: string
}

function parseContinue(token: string): Continuation {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString()) as Continuation
  } catch {
    throw badRequest('continue key is not valid')
  }
}

/**
 * Later pages show the present state under the first page's revision: a watch from there brings what a page missed. When the
 * events since are no longer known the list is too old.
 */
export function listObjects(context: ApiContext, request: KindRequest): Reply {
  const { store } = context
  const { row, incoming, query } = request
  checkListOptions(query)
  const asked = parseResourceVersion(query, 'list')
  if (asked > store.revision) {
    const message = `Timeout: Too large resource version: ${asked}, current: ${store.revision}`
    throw new ApiError(504, 'Timeout', message, { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 }) // prettier-ignore
  }
  const token = query.get('continue') ?? ''
  const position = token === '' ? { revision: store.revision, after: '' } : parseContinue(token)
  if (token !== '' && store.eventsSince(row.name, position.revision) === undefined) {
    throw gone('The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.') // prettier-ignore
  }
  const remaining = selectObjects(context, request).filter((object) => keyOf(object) > position.after)
  const limit = Number(query.get('limit') ?? 0)
  const page = limit > 0 ? remaining.slice(0, limit) : remaining
  const last = page.at(-1)
  const metadata: Record<string, unknown> = { resourceVersion: String(position.revision) }
  if (page.length < remaining.length && last !== undefined) {
    const next: Continuation = { revision: position.revision, after: keyOf(last) }
    metadata.continue = Buffer.from(JSON.stringify(next)).toString('base64url')
    metadata.remainingItemCount = remaining.length - page.length
  }
  return ok(presentList(row, page, metadata, presentationOf(incoming.headers.accept, query)))
}
