type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection'

/** What a URL asks for, in the terms RBAC speaks. */
export interface ResourceRequest {
  verb: Verb
  group: string
  version: string
  resource: string
  subresource: string
  /** Empty for cluster-wide requests. */
  namespace: string
  /** Empty for collections. */
  name: string
}

const isTrue = (value: string | null): boolean => value === 'true' || value === '1'

function verbOf(method: string, name: string, query: URLSearchParams): Verb | undefined {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isTrue(query.get('watch'))) return 'watch'
      return name === '' ? 'list' : 'get'
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete'
    default:
      return undefined
  }
}

/** Reads `/api/v1/...` and `/apis/<group>/<version>/...`; undefined for every other path, discovery included. */
export function parseResourceRequest(
  method: string,
  path: string,
  query: URLSearchParams,
): ResourceRequest | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent)
  const root = parts.shift()
  if (root !== 'api' && root !== 'apis') return undefined
  const group = root === 'api' ? '' : (parts.shift() ?? '')
  const version = parts.shift()
  if (version === undefined || parts.length === 0) return undefined

  let namespace = ''
  if (parts[0] === 'namespaces') {
    const isNamespaceItself =
      parts.length <= 2 || (parts.length === 3 && ['status', 'finalize'].includes(parts[2] ?? ''))
    namespace = parts[1] ?? ''
    if (!isNamespaceItself) parts.splice(0, 2)
  }
  const [resource = '', name = '', ...rest] = parts
  const verb = verbOf(method, name, query)
  return verb && { verb, group, version, resource, subresource: rest.join('/'), namespace, name }
}
