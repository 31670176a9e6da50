import type { ResourceRow } from '../store/resources.ts'
import type { KubeObject } from '../store/types.ts'
import { applyTo } from './apply/apply.ts'
import { managerName, readOwnership, type Manager } from './apply/managedFields.ts'
import { mediaType, readBody } from './body.ts'
import { podSecurityWarning } from './admission/podSecurity/podSecurity.ts'
import type { ApiContext } from './context.ts'
import { ApiError, badRequest, fieldCause, invalid, notFound } from './errors.ts'
import { copyOf, isJson, type Json } from './json.ts'
import { jsonPatch } from './patch/jsonPatch.ts'
import { mergePatch } from './patch/mergePatch.ts'
import { strategicPatch } from './patch/strategicPatch.ts'
import { presentOne, presentationOf } from './present.ts'
import { isDryRun, isTrue, namespaceOf, type KindRequest, type Reply } from './request.ts'
import { checkFields, WrongType } from './schema/checkFields.ts'
import { createObject, updateObject, type Change } from './writer.ts'

const applyTypes = ['application/apply-patch+yaml', 'application/apply-patch+json']

function managerOf({ incoming, query, row, info }: KindRequest, operation: Manager['operation']): Manager {
  const name = managerName(query, incoming.headers['user-agent'])
  const subresource = info.subresource === '' ? {} : { subresource: info.subresource }
  return { name, operation, apiVersion: row.apiVersion, ...subresource }
}

/** 400 for an object that does not decode. */
const undecodable = (row: ResourceRow, why: string): ApiError =>
  badRequest(`${row.kind} in version "${row.version}" cannot be handled as a ${row.kind}: ${why}`)

/** 422 for a patch that leaves an object that does not decode. */
const unpatchable = (patch: string, why: string): ApiError =>
  invalid({ group: '', kind: '', plural: '' }, '', [fieldCause('FieldValueInvalid', 'patch', patch, why)])

/** Checks what was sent against URL and schema. Unknown fields are refused, warned about or ignored, as the client asks. */
function decode(
  { row, info, query, response }: KindRequest,
  body: unknown,
  refuse: (why: string) => ApiError = (why) => undecodable(row, why),
): KubeObject {
  if (!isJson(body)) throw badRequest('the request body is not an object')
  const { apiVersion = row.apiVersion, kind = row.kind } = body as { apiVersion?: string; kind?: string }
  if (apiVersion !== row.apiVersion || kind !== row.kind) {
    throw badRequest(
      `the API version in the data (${apiVersion}, kind ${kind}) does not match the expected API version (${row.apiVersion}, kind ${row.kind})`,
    )
  }
  const problems = problemsOf(row, body, refuse)
  const validation = query.get('fieldValidation') ?? 'Warn'
  if (problems.length > 0 && validation === 'Strict') {
    throw refuse(`strict decoding error: ${problems.join(', ')}`)
  }
  if (problems.length > 0 && validation === 'Warn') {
    response.setHeader(
      'Warning',
      problems.map((problem) => `299 - ${JSON.stringify(problem)}`),
    )
  }
  const metadata: Json = isJson(body.metadata) ? body.metadata : {}
  if (row.namespaced && info.namespace !== '') {
    metadata.namespace ??= info.namespace
    if (metadata.namespace !== info.namespace) {
      throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`)
    }
  } else if (!row.namespaced) delete metadata.namespace
  return { ...body, apiVersion: row.apiVersion, kind: row.kind, metadata } as unknown as KubeObject
}

function problemsOf(row: ResourceRow, body: Json, refuse: (why: string) => ApiError): string[] {
  try {
    return checkFields(row, body).problems
  } catch (error) {
    throw error instanceof WrongType ? refuse(error.message) : error
  }
}

/** What was written, with a warning beside it where the namespace wants one about its pods. */
function shown(context: ApiContext, request: KindRequest, object: KubeObject, code: number): Reply {
  const { row, response, incoming, query } = request
  const warning = podSecurityWarning(context.store, row, object)
  if (warning !== undefined) response.appendHeader('Warning', `299 - ${JSON.stringify(warning)}`)
  return { code, body: presentOne(row, object, presentationOf(incoming.headers.accept, query)) }
}

export async function handleCreate(context: ApiContext, request: KindRequest): Promise<Reply> {
  const object = decode(request, await readBody(request.incoming))
  const options = { manager: managerOf(request, 'Update'), dryRun: isDryRun(request.query) }
  return shown(context, request, createObject(context, request.row, object, options), 201)
}

export async function handleUpdate(context: ApiContext, request: KindRequest): Promise<Reply> {
  const object = decode(request, await readBody(request.incoming))
  return shown(
    context,
    request,
    change(context, request, 'Update', () => ({ object })),
    200,
  )
}

/** Runs an update of the object, its status or a namespace's finalizers. */
function change(
  context: ApiContext,
  request: KindRequest,
  operation: Manager['operation'],
  make: (current: KubeObject) => Change,
): KubeObject {
  const { row, info, query } = request
  const subresource = info.subresource === 'status' ? 'status' : undefined
  const options = { manager: managerOf(request, operation), dryRun: isDryRun(query), subresource } as const
  return updateObject(context, row, namespaceOf(request), info.name, make, options)
}

export async function handlePatch(context: ApiContext, request: KindRequest): Promise<Reply> {
  const type = mediaType(request.incoming)
  const body = await readBody(request.incoming)
  if (applyTypes.includes(type)) return handleApply(context, request, body)
  const { row } = request
  const patched = (current: KubeObject): unknown => {
    switch (type) {
      case 'application/json-patch+json':
        return jsonPatch(current, body)
      case 'application/merge-patch+json':
        return mergePatch(current, body)
      case 'application/strategic-merge-patch+json':
        return strategicPatch(current, body, row.model)
      default:
        throw new ApiError(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml, application/strategic-merge-patch+json`) // prettier-ignore
    }
  }
  return shown(
    context,
    request,
    change(context, request, 'Update', (current) => {
      const result = patched(current)
      const shown = JSON.stringify(type === 'application/strategic-merge-patch+json' ? body : result)
      return { object: decode(request, result, (why) => unpatchable(shown, why)) }
    }),
    200,
  )
}

/** Server-side apply: creates what is absent, merges what is there. */
function handleApply(context: ApiContext, request: KindRequest, body: unknown): Reply {
  const { row, info, query } = request
  if ((query.get('fieldManager') ?? '') === '') {
    throw new ApiError(422, 'Invalid', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch') // prettier-ignore
  }
  const wanted = decode(request, copyOf(body))
  if (wanted.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil')
  wanted.metadata.name = info.name
  const manager = managerOf(request, 'Apply')
  const present = context.store.get(row.name, namespaceOf(request), info.name)
  if (present === undefined) {
    if (info.subresource !== '') throw notFound(row, info.name)
    const { owners } = applyTo({}, wanted, row.model, [], manager, false)
    return shown(
      context,
      request,
      createObject(context, row, wanted, { manager, dryRun: isDryRun(query) }, owners),
      201,
    )
  }
  const force = isTrue(query.get('force'))
  const make = (current: KubeObject): Change => {
    const known = readOwnership(current.metadata.managedFields)
    const { object, owners } = applyTo(current, wanted, row.model, known, manager, force)
    return { object: object as KubeObject, owners }
  }
  return shown(context, request, change(context, request, 'Apply', make), 200)
}
