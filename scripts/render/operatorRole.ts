import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Right } from '#shared/contract/right.ts'
import { allRights } from '#shared/contract/rights.ts'
import { manifestsDirectory } from './goldens.ts'

export const operatorRolePath = join(manifestsDirectory, 'base', '12-operator-role.yaml')

const header = `# DO NOT EDIT: made from shared/contract/rights.ts by \`npm run render -- --write\`; a test finds what differs.
#
# What the operator of the console needs, and no more: ServiceAccount, Role and ClusterRole "agency-swarm-admin". Bind people to the same
# two roles. The Role counts in the namespace of the suite; the ClusterRole only reads, and shows no secret of other namespaces.
#
# Kubernetes lets nobody grant what they do not hold themselves. Whoever applies these objects for the first time must hold all of the
# rights below, or \`escalate\` and \`bind\`; so does whoever applies a release with more rights than the one before. The Namespace, the
# ClusterRole and its binding need an administrator of the cluster once. After that the operator deploys: what it may not change of the
# three is left as it is, and the plan says so.
`

const name = 'agency-swarm-admin'
const rbac = 'rbac.authorization.k8s.io'

const metadata = (named = name) => ({
  name: named,
  labels: {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/part-of': 'agency-swarm',
    'app.kubernetes.io/component': 'identity',
    'app.kubernetes.io/version': '${version}',
  },
  annotations: { 'console.agency-swarm.dev/stage': '1-namespace' },
})

/** Suites in several namespaces, of different versions, share the ClusterRole; each has a binding of its own. */
function shared() {
  const { labels, ...rest } = metadata()
  const { 'app.kubernetes.io/version': _one, ...lasting } = labels
  return { ...rest, labels: lasting }
}

/** The Roles of a release; a test compares them with the manifests. */
export const releasedRoles = [name, 'agency-swarm-logs']

/**
 * A plan tries a RoleBinding before its Role is there. The API server then finds no rights to compare with those of who asks, and
 * answers "not found" unless the Role may be bound by its name. What the Role may hold is checked all the same, when it is made.
 */
const bindingRights = { apiGroups: [rbac], resources: ['roles'], verbs: ['bind'], resourceNames: releasedRoles }

/** One rule per group and set of verbs: the fewest lines that say the same. */
function rulesOf(rights: Right[]): object[] {
  const rules = new Map<string, { apiGroups: string[]; resources: string[]; verbs: string[] }>()
  for (const { group, resource, verbs } of rights) {
    const key = `${group} ${verbs.join()}`
    const rule = rules.get(key) ?? { apiGroups: [group], resources: [], verbs: [...verbs] }
    rule.resources.push(resource)
    rules.set(key, rule)
  }
  return [...rules.values()]
}

const binding = (kind: 'Role' | 'ClusterRole', named = name) => ({
  apiVersion: `${rbac}/v1`,
  kind: `${kind}Binding`,
  metadata: metadata(named),
  roleRef: { apiGroup: rbac, kind, name: named },
  subjects: [{ kind: 'ServiceAccount', name, namespace: '${namespace}' }],
})

/** The file's text. */
export function operatorRole(): string {
  const rights = allRights()
  const documents = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(), automountServiceAccountToken: false },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: metadata(),
      rules: [...rulesOf(rights.filter(({ isClusterScoped }) => !isClusterScoped)), bindingRights],
    },
    binding('Role'),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: shared(),
      rules: rulesOf(rights.filter(({ isClusterScoped }) => isClusterScoped)),
    },
    { ...binding('ClusterRole'), metadata: metadata('agency-swarm-admin-${namespace}') },
  ]
  const options = { lineWidth: 0, flowCollectionPadding: false, aliasDuplicateObjects: false }
  return header + documents.map((each) => stringify(each, options)).join('---\n')
}

/** Writes the file when it is not what the contract says; returns its path then. */
export async function writeOperatorRole(): Promise<string[]> {
  const text = operatorRole()
  if ((await readFile(operatorRolePath, 'utf8').catch(() => '')) === text) return []
  await writeFile(operatorRolePath, text)
  return [operatorRolePath]
}
