import { resources } from '../../store/resources.ts'

/** A resource as discovery describes it. */
export interface Described {
  group: string
  version: string
  plural: string
  singular: string
  kind: string
  namespaced: boolean
  verbs: readonly string[]
  shortNames: readonly string[]
  categories: readonly string[]
  subresources: readonly DescribedSubresource[]
}

interface DescribedSubresource {
  name: string
  group: string
  version: string
  kind: string
  verbs: readonly string[]
}

const everything = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const modify = ['get', 'patch', 'update']

type SubresourceOf = (owner: { group: string; version: string; kind: string }) => Omit<DescribedSubresource, 'name'>

const core = { group: '', version: 'v1' }

const subresources: Readonly<Record<string, SubresourceOf>> = {
  status: (owner) => ({ ...owner, verbs: modify }),
  scale: () => ({ group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: modify }),
  log: () => ({ ...core, kind: 'Pod', verbs: ['get'] }),
  exec: () => ({ ...core, kind: 'PodExecOptions', verbs: ['create', 'get'] }),
  attach: () => ({ ...core, kind: 'PodAttachOptions', verbs: ['create', 'get'] }),
  portforward: () => ({ ...core, kind: 'PodPortForwardOptions', verbs: ['create', 'get'] }),
  eviction: () => ({ group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] }),
  binding: () => ({ ...core, kind: 'Binding', verbs: ['create'] }),
  token: () => ({ group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] }),
  finalize: () => ({ ...core, kind: 'Namespace', verbs: ['update'] }),
}

const stored: Described[] = resources.map((row) => ({
  ...row,
  verbs: everything,
  subresources: row.subresources.flatMap((name) => {
    const describe = subresources[name]
    return describe === undefined ? [] : [{ name, ...describe(row) }]
  }),
}))

function virtual(
  group: string,
  version: string,
  plural: string,
  kind: string,
  options: Partial<Described> = {},
): Described {
  return {
    group,
    version,
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: false,
    verbs: ['create'],
    shortNames: [],
    categories: [],
    subresources: [],
    ...options,
  }
}

const authorization = 'authorization.k8s.io'
const reviews: Described[] = [
  virtual(authorization, 'v1', 'localsubjectaccessreviews', 'LocalSubjectAccessReview', { namespaced: true }),
  virtual(authorization, 'v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
  virtual(authorization, 'v1', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview'),
  virtual(authorization, 'v1', 'subjectaccessreviews', 'SubjectAccessReview'),
  virtual('authentication.k8s.io', 'v1', 'selfsubjectreviews', 'SelfSubjectReview'),
]

const events = [
  virtual('events.k8s.io', 'v1', 'events', 'Event', {
    verbs: ['get', 'list', 'watch'],
    namespaced: true,
    shortNames: ['ev'],
  }),
]

const measured = ['get', 'list']
const metrics: Described[] = [
  virtual('metrics.k8s.io', 'v1beta1', 'nodes', 'NodeMetrics', { verbs: measured, singular: '' }),
  virtual('metrics.k8s.io', 'v1beta1', 'pods', 'PodMetrics', { verbs: measured, singular: '', namespaced: true }),
]

/** Every resource the server answers for. Metrics exist where there is a node to measure. */
export function catalogue(withMetrics: boolean): Described[] {
  return [...stored, ...events, ...reviews, ...(withMetrics ? metrics : [])]
}

/** The group versions in the order clients prefer them, the core group first. */
export function groupVersions(all: readonly Described[]): { group: string; version: string }[] {
  const seen = new Map(all.map(({ group, version }) => [`${group}/${version}`, { group, version }]))
  return [...seen.values()]
}
