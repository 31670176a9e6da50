import { readBody } from './body.ts'
import type { ApiContext } from './context.ts'
import { handleDelete, handleDeleteCollection } from './delete.ts'
import { discover } from './discovery/discovery.ts'
import { handleOpenApi } from './discovery/openApi.ts'
import { ApiError, badRequest, notFound } from './errors.ts'
import { eventsRow } from './eventsView.ts'
import { isJson } from './json.ts'
import { handleMetrics } from './metrics.ts'
import { requireAccess } from './rbac/require.ts'
import { reviewAccess, reviewRules, reviewSelf, type Review } from './rbac/reviews.ts'
import { getObject, listObjects } from './read.ts'
import { ok, type ApiRequest, type KindRequest, type Reply } from './request.ts'
import type { ResourceRequest } from './requestInfo.ts'
import { handleBinding } from './subresources/binding.ts'
import { handleEviction } from './subresources/eviction.ts'
import { handleScale } from './subresources/scale.ts'
import { handleToken } from './subresources/token.ts'
import { watchObjects } from './watch.ts'
import { handleCreate, handlePatch, handleUpdate } from './write.ts'
import { resources } from '../store/resources.ts'

/** `answered`: the handler has written, or keeps writing, the response itself. */
export type Answer = Reply | 'answered'

const rows = new Map([...resources, eventsRow].map((row) => [`${row.apiVersion}/${row.plural}`, row]))

export const noSuchPath = (): ApiError =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {})

const noSuchVerb = (): ApiError =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

/** `v1.35.2+sandbox`: the API level that is answered, and that it is no real cluster. */
const version = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.2+sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: '',
  compiler: 'node',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
}

const healthPaths = ['/healthz', '/livez', '/readyz']

/** Paths that need no login, as in every cluster. */
export const isPublic = (path: string): boolean => path === '/version' || healthPaths.includes(path)

/** Everything that is not about a resource. */
export function dispatchPath(context: ApiContext, request: ApiRequest): Answer {
  const { path, response } = request
  if (path === '/version' || path === '/version/') return ok(version)
  if (healthPaths.some((each) => path === each || path.startsWith(`${each}/`))) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('ok')
    return 'answered'
  }
  const answer = path.startsWith('/openapi/')
    ? handleOpenApi(request)
    : discover(request, context.endpoints !== undefined)
  if (answer === undefined) throw noSuchPath()
  return answer
}

async function dispatchReview(
  { store }: ApiContext,
  { incoming, user }: ApiRequest,
  info: ResourceRequest,
): Promise<Reply> {
  if (info.verb !== 'create') throw noSuchVerb()
  const body = await readBody(incoming)
  if (!isJson(body)) throw badRequest('the request body is not an object')
  const review = body as unknown as Review
  switch (info.resource) {
    case 'selfsubjectreviews':
      return { code: 201, body: reviewSelf({ ...review, kind: 'SelfSubjectReview' }, user) }
    case 'selfsubjectrulesreviews':
      return { code: 201, body: reviewRules(store, { ...review, kind: 'SelfSubjectRulesReview' }, user) }
    case 'selfsubjectaccessreviews':
      return { code: 201, body: reviewAccess(store, { ...review, kind: 'SelfSubjectAccessReview' }, user) }
    case 'subjectaccessreviews':
      return { code: 201, body: reviewAccess(store, { ...review, kind: 'SubjectAccessReview' }, user) }
    case 'localsubjectaccessreviews':
      return { code: 201, body: reviewAccess(store, { ...review, kind: 'LocalSubjectAccessReview' }, user) }
    default:
      throw noSuchPath()
  }
}

async function dispatchKind(context: ApiContext, request: KindRequest): Promise<Answer> {
  const { row, info } = request
  if (row === eventsRow && !['get', 'list', 'watch'].includes(info.verb)) throw noSuchVerb()
  switch (info.verb) {
    case 'get':
      return getObject(context, request)
    case 'list':
      return listObjects(context, request)
    case 'watch':
      watchObjects(context, request)
      return 'answered'
    case 'create':
      if (info.name !== '') throw noSuchVerb()
      if (row.namespaced && info.namespace === '') throw badRequest('an empty namespace may not be set during creation')
      return handleCreate(context, request)
    case 'update':
      return handleUpdate(context, request)
    case 'patch':
      return handlePatch(context, request)
    case 'delete':
      return handleDelete(context, request)
    case 'deletecollection':
      return handleDeleteCollection(context, request)
  }
}

async function dispatchLog({ store, endpoints }: ApiContext, request: KindRequest): Promise<Answer> {
  const { info, incoming, response, query, user } = request
  const pod = store.get('pods', info.namespace, info.name)
  if (pod === undefined) throw notFound(request.row, info.name)
  if (endpoints === undefined) throw new ApiError(503, 'ServiceUnavailable', 'this cluster has no node')
  await endpoints.log(incoming, response, { namespace: info.namespace, name: info.name, pod, query, user })
  return 'answered'
}

async function dispatchSubresource(context: ApiContext, request: KindRequest): Promise<Answer> {
  const { info } = request
  const { subresource, verb } = info
  if (subresource === 'status' || subresource === 'finalize') {
    if (verb === 'create' || verb === 'delete') throw noSuchVerb()
    return dispatchKind(context, request)
  }
  if (subresource === 'scale' && ['get', 'update', 'patch'].includes(verb)) return handleScale(context, request)
  if (subresource === 'log' && verb === 'get') return dispatchLog(context, request)
  if (verb !== 'create') {
    const upgrades = ['exec', 'attach', 'portforward'].includes(subresource)
    throw upgrades ? badRequest('Upgrade request required') : noSuchVerb()
  }
  if (subresource === 'eviction') return handleEviction(context, request)
  if (subresource === 'binding') return handleBinding(context, request)
  if (subresource === 'token') return handleToken(context, request)
  throw badRequest('Upgrade request required')
}

/** Finds and runs what serves a resource, once RBAC has allowed it. */
export async function dispatchResource(
  context: ApiContext,
  request: ApiRequest,
  info: ResourceRequest,
): Promise<Answer> {
  requireAccess(context.store, request.user, info)
  const apiVersion = info.group === '' ? info.version : `${info.group}/${info.version}`
  if (apiVersion === 'metrics.k8s.io/v1beta1' && context.endpoints !== undefined) {
    if (info.verb !== 'get' && info.verb !== 'list') throw noSuchVerb()
    if (info.resource !== 'pods' && info.resource !== 'nodes') throw noSuchPath()
    return handleMetrics(context, request, info)
  }
  if (apiVersion === 'authorization.k8s.io/v1' || apiVersion === 'authentication.k8s.io/v1') {
    return dispatchReview(context, request, info)
  }
  const row = rows.get(`${apiVersion}/${info.resource}`)
  if (row === undefined) throw noSuchPath()
  const about: KindRequest = { ...request, row, info }
  if (info.subresource === '') return dispatchKind(context, about)
  if (!row.subresources.includes(info.subresource)) throw noSuchPath()
  return dispatchSubresource(context, about)
}
