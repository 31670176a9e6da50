import type { TerminalVerb } from '#shared/contract/terminals.ts'
import { parseApiPath, type ApiPath } from './apiPath.ts'
import { dryRun } from './dryRun.ts'
import type { TerminalRequest } from './terminalRequest.ts'

/** What the guard makes of it. */
export interface Verdict {
  isRead: boolean
  verb: TerminalVerb | 'read'
  resource: string
  group: string
  namespace: string | undefined
  /** Of the object; undefined for a collection, and where the server chooses it. */
  name: string | undefined
  level: 2 | 3
  /** What is sent: written again, so that the server reads what was judged here. As it came where it is unclear. */
  target: string
  body: Buffer
}

/** Ways into a pod and through the API server to anything behind it: what happens there is not seen. */
const ways = ['exec', 'attach', 'portforward', 'proxy']

/** Creating one of these asks the API server a question and keeps nothing. */
const reviews: Readonly<Record<string, readonly string[]>> = {
  'authorization.k8s.io': [
    'selfsubjectaccessreviews',
    'selfsubjectrulesreviews',
    'subjectaccessreviews',
    'localsubjectaccessreviews',
  ],
  'authentication.k8s.io': ['selfsubjectreviews', 'tokenreviews'],
}

/** Their deletion takes data or other objects along: it asks for the name of the cluster. */
const weighty = [
  'namespaces',
  'nodes',
  'persistentvolumes',
  'persistentvolumeclaims',
  'secrets',
  'statefulsets.apps',
  'customresourcedefinitions.apiextensions.k8s.io',
]

const verbs: Readonly<Record<string, TerminalVerb>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Whether a request reads or writes, and what. What cannot be told counts as a write that nothing is known of. */
export function classify(request: TerminalRequest): Verdict {
  const { method, body } = request
  const cut = request.target.indexOf('?')
  const parsed = parseApiPath(cut < 0 ? request.target : request.target.slice(0, cut))
  if (!parsed) return unclear(request)
  const query = new URLSearchParams(cut < 0 ? '' : request.target.slice(cut + 1))
  const target = `${parsed.path}${query.size === 0 ? '' : `?${query.toString()}`}`
  const base = { ...about(parsed), target, body }
  const { resource } = parsed
  if (resource && (resource.isProxied || ways.includes(resource.subresource ?? '')))
    return { ...base, isRead: false, verb: 'connect', level: 2 }
  if (['GET', 'HEAD', 'OPTIONS'].includes(method))
    return request.isUpgrade
      ? { ...base, isRead: false, verb: 'connect', level: 2 }
      : { ...base, isRead: true, verb: 'read', level: 2, body: Buffer.alloc(0) }
  const verb = verbs[method]
  if (verb === undefined || !resource || request.isUpgrade) return { ...unclear(request), target }
  if (method === 'POST' && isReview(resource)) return { ...base, isRead: true, verb: 'read', level: 2 }
  const dry = dryRun(request, resource, query)
  if (dry) return { ...base, isRead: true, verb: 'read', level: 2, body: dry }
  if (verb !== 'delete') return { ...base, isRead: false, verb, level: 2 }
  const isCollection = resource.object === undefined
  return {
    ...base,
    isRead: false,
    verb: isCollection ? 'deletecollection' : 'delete',
    level: isCollection || weighty.includes(base.resource) ? 3 : 2,
  }
}

function unclear({ target, body }: TerminalRequest): Verdict {
  const nothing = { resource: '', group: '', namespace: undefined, name: undefined }
  return { ...nothing, isRead: false, verb: 'unclear', level: 3, target, body }
}

function about({ resource }: ApiPath): Pick<Verdict, 'resource' | 'group' | 'namespace' | 'name'> {
  if (!resource) return { resource: '', group: '', namespace: undefined, name: undefined }
  const { group, name, object, subresource, namespace } = resource
  const kind = group === '' ? name : `${name}.${group}`
  return {
    resource: subresource === undefined ? kind : `${kind}/${subresource}`,
    group,
    namespace: name === 'namespaces' && group === '' ? undefined : namespace,
    name: object,
  }
}

const isReview = ({ group, name, object, subresource }: NonNullable<ApiPath['resource']>): boolean =>
  object === undefined && subresource === undefined && (reviews[group] ?? []).includes(name)
