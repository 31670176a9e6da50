import { createHash } from 'node:crypto'
import { resources, type ResourceRow } from '../../store/resources.ts'
import type { ApiRequest, Reply } from '../request.ts'
import { describeModel } from '../schema/descriptions.ts'
import { fieldsOf, type FieldType } from '../schema/types.ts'
import { sendOpenApiV2 } from './openApiV2.ts'

type Schema = Record<string, unknown>

/** `V1PodSpec` becomes `io.k8s.api.v1.PodSpec`: kubectl prints what follows the last dot. */
function schemaName(model: string): string {
  const [, prefix = '', version = '', kind = model] = /^(.*?)(V\d+(?:(?:alpha|beta)\d+)?)(.+)$/.exec(model) ?? []
  return ['io.k8s.api', prefix.toLowerCase(), version.toLowerCase(), kind].filter((part) => part !== '').join('.')
}

function scalarSchema({ scalar, format }: FieldType & { kind: 'scalar' }): Schema {
  switch (scalar) {
    case 'date':
      return { type: 'string', format: 'date-time' }
    case 'intOrString':
      return { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] }
    default:
      return { type: scalar, ...(format === '' ? {} : { format }) }
  }
}

function typeSchema(type: FieldType, used: (model: string) => void): Schema {
  switch (type.kind) {
    case 'any':
      return { type: 'object' }
    case 'scalar':
      return scalarSchema(type)
    case 'list':
      return { type: 'array', items: typeSchema(type.item, used) }
    case 'map':
      return { type: 'object', additionalProperties: typeSchema(type.item, used) }
    case 'struct':
      used(type.model)
      // A reference may carry no description beside it, hence the wrapping kube-apiserver does too.
      return { allOf: [{ $ref: `#/components/schemas/${schemaName(type.model)}` }], default: {} }
  }
}

function modelSchema(model: string, used: (model: string) => void): Schema {
  const { description, fields } = describeModel(model)
  const properties: Schema = {}
  for (const [name, type] of fieldsOf(model)) {
    // The generator renames fields that are words of the language.
    const about = fields.get(name) ?? fields.get(`_${name}`)
    properties[name] = { ...typeSchema(type, used), ...(about?.description ? { description: about.description } : {}) }
  }
  const required = [...fields].filter(([, about]) => about.required).map(([name]) => name.replace(/^_/, ''))
  return { type: 'object', description, properties, ...(required.length === 0 ? {} : { required }) }
}

function schemasOf(rows: readonly ResourceRow[]): Record<string, Schema> {
  const schemas: Record<string, Schema> = {}
  const open = rows.map((row) => row.model)
  for (let model = open.pop(); model !== undefined; model = open.pop()) {
    const name = schemaName(model)
    if (schemas[name] !== undefined) continue
    schemas[name] = modelSchema(model, (used) => open.push(used))
  }
  for (const { model, group, version, kind } of rows) {
    const schema = schemas[schemaName(model)]
    if (schema !== undefined) schema['x-kubernetes-group-version-kind'] = [{ group, version, kind }]
  }
  return schemas
}

const queryParameter = (name: string): Schema => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } })
const pathParameter = (name: string): Schema => ({ name, in: 'path', required: true, schema: { type: 'string' } })

/**
 * One operation. Clients look for the kind, for `dryRun` and `fieldValidation`, and for the patch types: strategic merge patches
 * are not offered here, so that kubectl takes its own merge keys, which are complete.
 */
function operation(row: ResourceRow, action: string, names: readonly string[] = []): Schema {
  const { group, version, kind } = row
  const schema = { $ref: `#/components/schemas/${schemaName(row.model)}` }
  const content = { 'application/json': { schema } }
  const patch = { 'application/apply-patch+yaml': { schema: { type: 'object' } } }
  return {
    operationId: `${action}${kind}`,
    parameters: names.map(queryParameter),
    ...(action === 'post' || action === 'put' ? { requestBody: { content, required: true } } : {}),
    ...(action === 'patch' ? { requestBody: { content: patch, required: true } } : {}),
    responses: { 200: { description: 'OK', content } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  }
}

const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation']
const listParameters = [
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'timeoutSeconds',
  'watch',
]

function pathsOf(row: ResourceRow): Record<string, Schema> {
  const root = row.group === '' ? `/api/${row.version}` : `/apis/${row.apiVersion}`
  const scoped = row.namespaced ? `${root}/namespaces/{namespace}/${row.plural}` : `${root}/${row.plural}`
  const scope = row.namespaced ? [pathParameter('namespace')] : []
  return {
    [scoped]: {
      get: operation(row, 'list', listParameters),
      post: operation(row, 'post', writeParameters),
      delete: operation(row, 'deletecollection', ['dryRun', ...listParameters]),
      parameters: scope,
    },
    [`${scoped}/{name}`]: {
      get: operation(row, 'get'),
      put: operation(row, 'put', writeParameters),
      patch: operation(row, 'patch', [...writeParameters, 'force']),
      delete: operation(row, 'delete', ['dryRun', 'gracePeriodSeconds', 'propagationPolicy']),
      parameters: [pathParameter('name'), ...scope],
    },
  }
}

interface Document {
  text: string
  hash: string
}

const documents = new Map<string, Document>()

function documentOf(apiVersion: string): Document | undefined {
  const before = documents.get(apiVersion)
  if (before !== undefined) return before
  const rows = resources.filter((row) => row.apiVersion === apiVersion)
  if (rows.length === 0) return undefined
  const paths = Object.fromEntries(rows.flatMap((row) => Object.entries(pathsOf(row))))
  const info = { title: 'Kubernetes', version: 'v1.35.2+sandbox' }
  const text = JSON.stringify({ openapi: '3.0.0', info, paths, components: { schemas: schemasOf(rows) } })
  const hash = createHash('sha256').update(text).digest('hex').toUpperCase()
  const made = { text, hash }
  documents.set(apiVersion, made)
  return made
}

const rootOf = (apiVersion: string): string => (apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`)

/** The list of documents. Their hashes would need every document built first; the server's version serves as well. */
function index(): Reply {
  const versions = [...new Set(resources.map((row) => row.apiVersion))]
  const paths = versions.map((each) => [rootOf(each), { serverRelativeURL: `/openapi/v3/${rootOf(each)}?hash=1.35.2-sandbox` }]) // prettier-ignore
  return { code: 200, body: { paths: Object.fromEntries(paths) as object } }
}

/** OpenAPI v3, generated from the client's model classes: one document per group version. */
export function handleOpenApi(request: ApiRequest): Reply | 'answered' | undefined {
  const { path, incoming, response } = request
  if (path === '/openapi/v2') {
    sendOpenApiV2(request)
    return 'answered'
  }
  if (path === '/openapi/v3' || path === '/openapi/v3/') return index()
  const apiVersion = /^\/openapi\/v3\/apis?\/(.+?)\/?$/.exec(path)?.[1]
  const document = apiVersion === undefined ? undefined : documentOf(apiVersion)
  if (document === undefined) return undefined
  const etag = `"${document.hash}"`
  if (incoming.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end()
    return 'answered'
  }
  response.writeHead(200, { 'content-type': 'application/json', etag, vary: 'Accept' }).end(document.text)
  return 'answered'
}
