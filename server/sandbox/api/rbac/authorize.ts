import type { KubeObject, Store } from '../../store/types.ts'
import type { User } from '../podEndpoints.ts'

export interface PolicyRule {
  verbs: string[]
  apiGroups?: string[]
  resources?: string[]
  resourceNames?: string[]
  nonResourceURLs?: string[]
}

interface Subject {
  kind: string
  name: string
  namespace?: string
}

interface Binding extends KubeObject {
  subjects?: Subject[]
  roleRef: { kind: string; name: string }
}

interface Role extends KubeObject {
  rules?: PolicyRule[] | null
  aggregationRule?: { clusterRoleSelectors?: { matchLabels?: Record<string, string> }[] }
}

/** What somebody wants to do: with a resource, or with a path that is none. */
export type Attempt =
  | { verb: string; group: string; resource: string; subresource: string; namespace: string; name: string }
  | { verb: string; path: string }

/** The rules of one binding, and how a refusal or a permission names it. */
export interface Grant {
  rules: PolicyRule[]
  source: string
}

const rbac = (plural: string): string => `${plural}.rbac.authorization.k8s.io`

function concerns(subject: Subject, user: User, bindingNamespace: string | undefined): boolean {
  if (subject.kind === 'User') return subject.name === user.name
  if (subject.kind === 'Group') return user.groups.includes(subject.name)
  const namespace = subject.namespace ?? bindingNamespace ?? ''
  return subject.kind === 'ServiceAccount' && user.name === `system:serviceaccount:${namespace}:${subject.name}`
}

function rulesOf(store: Store, binding: Binding): PolicyRule[] {
  const { kind, name } = binding.roleRef
  const role =
    kind === 'ClusterRole'
      ? store.get<Role>(rbac('clusterroles'), undefined, name)
      : store.get<Role>(rbac('roles'), binding.metadata.namespace, name)
  if (role === undefined) return []
  const selectors = role.aggregationRule?.clusterRoleSelectors ?? []
  const aggregated = selectors.flatMap(({ matchLabels = {} }) =>
    store.list<Role>(rbac('clusterroles'), { labels: matchLabels }).flatMap((each) => each.rules ?? []),
  )
  return [...(role.rules ?? []), ...aggregated]
}

/** All that bindings grant a user in a namespace (cluster-wide bindings included), or cluster-wide when it is ''. */
export function grantsOf(store: Store, user: User, namespace: string): Grant[] {
  const cluster = store.list<Binding>(rbac('clusterrolebindings'))
  const local = namespace === '' ? [] : store.list<Binding>(rbac('rolebindings'), { namespace })
  return [...cluster, ...local]
    .filter((binding) => binding.subjects?.some((each) => concerns(each, user, binding.metadata.namespace)) === true)
    .map((binding) => ({
      rules: rulesOf(store, binding),
      source: `RBAC: allowed by ${binding.kind} "${binding.metadata.name}" of ${binding.roleRef.kind} "${binding.roleRef.name}"`,
    }))
}

const holds = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(value))

const pathMatches = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)))

function ruleAllows(rule: PolicyRule, attempt: Attempt): boolean {
  if (!holds(rule.verbs, attempt.verb)) return false
  if ('path' in attempt) return rule.nonResourceURLs?.some((pattern) => pathMatches(pattern, attempt.path)) === true
  if (!holds(rule.apiGroups, attempt.group)) return false
  const { resource, subresource } = attempt
  const wanted = subresource === '' ? resource : `${resource}/${subresource}`
  const resources = rule.resources ?? []
  if (!holds(resources, wanted) && !(subresource !== '' && resources.includes(`*/${subresource}`))) return false
  const names = rule.resourceNames ?? []
  return names.length === 0 || names.includes(attempt.name)
}

/** The grant that allows an attempt, or undefined. */
export function findGrant(store: Store, user: User, attempt: Attempt): Grant | undefined {
  const namespace = 'path' in attempt ? '' : attempt.namespace
  return grantsOf(store, user, namespace).find((grant) => grant.rules.some((rule) => ruleAllows(rule, attempt)))
}
