/** A path of the Kubernetes API in its parts, as the API server's own RequestInfo reads it. */
export interface ApiPath {
  /** Percent signs resolved, written again in one way: what was understood is what is sent. */
  path: string
  /** Empty for the core group; undefined for what is not of a resource (`/version`, `/openapi/v2`, discovery). */
  resource?: {
    group: string
    name: string
    /** Of the object; undefined for the collection. */
    object?: string | undefined
    subresource?: string | undefined
    namespace?: string | undefined
    /** `/api/v1/proxy/…`: the verb is in the path. */
    isProxied: boolean
  }
}

/** Nothing of these in a segment: a server may read it as another path than this one does. */
const ambiguous = new RegExp('[/\\\\%?#;\\u0000-\\u001f\\u007f]')

/** Subresources of a namespace; everything else below it is a resource in it. */
const ofNamespaces = ['status', 'finalize']

/** @returns undefined where a server might read it otherwise: doubled slashes, `..`, encoded slashes, broken encoding */
export function parseApiPath(text: string): ApiPath | undefined {
  if (!text.startsWith('/')) return undefined
  const isFolder = text.length > 1 && text.endsWith('/')
  const words = text.slice(1, isFolder ? -1 : undefined).split('/')
  if (text === '/') return { path: '/' }
  const segments = words.map(decoded)
  if (!segments.every((segment) => segment !== undefined)) return undefined
  const path = `/${segments.map(encoded).join('/')}${isFolder ? '/' : ''}`
  const resource = resourceOf(segments)
  return { path, ...(resource && { resource }) }
}

function decoded(word: string): string | undefined {
  let segment: string
  try {
    segment = decodeURIComponent(word)
  } catch {
    return undefined
  }
  return segment === '' || segment === '.' || segment === '..' || ambiguous.test(segment) ? undefined : segment
}

/** As Go writes a path segment: these are left as they are. */
const encoded = (segment: string): string =>
  encodeURIComponent(segment).replaceAll(/%(3A|40|24|26|3D|2B|2C)/g, (code) => decodeURIComponent(code))

function resourceOf([root = '', ...rest]: string[]): ApiPath['resource'] {
  if (root !== 'api' && root !== 'apis') return undefined
  const group = root === 'api' ? '' : (rest[0] ?? '')
  let parts = rest.slice(root === 'api' ? 1 : 2)
  const isProxied = parts[0] === 'proxy'
  if (isProxied || parts[0] === 'watch') parts = parts.slice(1)
  let namespace: string | undefined
  if (parts[0] === 'namespaces' && parts[1] !== undefined) {
    namespace = parts[1]
    if (parts[2] !== undefined && !ofNamespaces.includes(parts[2])) parts = parts.slice(2)
  }
  const [name, object, subresource] = parts
  return name === undefined ? undefined : { group, name, object, subresource, namespace, isProxied }
}
