import { accessReview, discover, type AccessCheck } from '../../../kube/index.ts'
import { isClusterScoped } from '#shared/bundle/index.ts'
import { keptKinds } from '../plan/prune.ts'
import type { Found, Preflight } from './types.ts'
import { failed, passed } from './results.ts'

/** Besides applying objects: looking at pods while waiting, keeping the release's record, and the lease of the console at work. */
const needed: readonly Omit<AccessCheck, 'namespace'>[] = [
  ...['get', 'list', 'delete'].map((verb) => ({ verb, resource: 'pods' })),
  { verb: 'get', resource: 'pods', subresource: 'log' },
  { verb: 'list', resource: 'events' },
  { verb: 'list', resource: 'replicasets', group: 'apps' },
  ...['list', 'create', 'patch', 'delete'].map((verb) => ({ verb, resource: 'configmaps' })),
  ...['get', 'create', 'update'].map((verb) => ({ verb, resource: 'leases', group: 'coordination.k8s.io' })),
]

/** Asks per resource, with what applying, pruning and undoing need. What belongs to the cluster may be left as it is. */
export async function rightsCheck({ connection, namespace, objects, signal }: Preflight): Promise<Found> {
  const resources = await discover(connection, { signal })
  const kinds = new Map(objects.map((object) => [`${object.apiVersion} ${object.kind}`, object]))
  const wanted: AccessCheck[] = needed.map((check) => ({ ...check, namespace }))
  for (const object of kinds.values()) {
    const resource = resources.ofKind(object.apiVersion, object.kind)
    if (!resource || isClusterScoped(object)) continue
    const { name, group } = resource
    const verbs = keptKinds.has(object.kind) ? ['get', 'create', 'patch'] : ['get', 'create', 'patch', 'delete']
    wanted.push(...verbs.map((verb) => ({ verb, resource: name, group, namespace })))
  }
  const checks = [...new Map(wanted.map((check) => [textOf(check), check])).values()]
  const answers = await accessReview(connection, checks, { signal })
  const denied = answers.filter(({ allowed }) => !allowed)
  if (denied.length === 0) return passed(`All ${checks.length} rights that deploying needs.`)
  return failed(
    `You may not: ${denied.map(textOf).join(', ')}.`,
    'Ask for the Role agency-swarm-admin of this namespace (resources/manifests), or for these rights.',
  )
}

const textOf = ({ verb, resource, group, subresource }: AccessCheck) =>
  `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${group === undefined || group === '' ? '' : `.${group}`}`
