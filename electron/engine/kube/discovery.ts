import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { abortable } from './abort.ts'
import { apiVersionOf } from './paths.ts'
import type { ApiResource, BrokenApi, ClusterConnection, Resources } from './types.ts'

/** Since Kubernetes 1.27 two requests tell everything; older servers ignore the parameters and answer the plain type. */
const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',')

interface AggregatedList {
  kind: string
  items?: { metadata?: { name?: string }; versions?: AggregatedVersion[] }[]
}

interface AggregatedVersion {
  version: string
  freshness?: string
  resources?: {
    resource: string
    responseKind?: { kind?: string }
    scope?: string
    singularResource?: string
    verbs?: string[]
    shortNames?: string[]
    subresources?: { subresource: string }[]
  }[]
}

interface LegacyResourceList {
  resources?: {
    name: string
    singularName?: string
    namespaced: boolean
    kind: string
    verbs?: string[]
    shortNames?: string[]
  }[]
}

interface Found {
  all: ApiResource[]
  broken: BrokenApi[]
}

const kept = new WeakMap<ClusterConnection, Promise<Resources>>()

/** Kept per connection; `refresh` asks again. A failure is not kept. */
export function discover(
  connection: ClusterConnection,
  options: { refresh?: boolean; signal?: AbortSignal } = {},
): Promise<Resources> {
  const known = options.refresh ? undefined : kept.get(connection)
  // Shared by all who wait: one caller's cancellation must not fail the others, so the signal only ends the wait.
  if (known) return abortable(known, options.signal)
  const asked = askServer(connection)
  kept.set(connection, asked)
  asked.catch(() => {
    if (kept.get(connection) === asked) kept.delete(connection)
  })
  return abortable(asked, options.signal)
}

async function askServer(connection: ClusterConnection): Promise<Resources> {
  const [core, groups] = await Promise.all([askRoot(connection, '/api'), askRoot(connection, '/apis')])
  return new ServedResources([...core.all, ...groups.all], [...core.broken, ...groups.broken])
}

async function askRoot(connection: ClusterConnection, root: '/api' | '/apis'): Promise<Found> {
  const answer = await connection.request<AggregatedList>('GET', root, { headers: { accept: aggregated } })
  return answer.kind === 'APIGroupDiscoveryList' ? readAggregated(answer) : readLegacy(connection, root, answer)
}

function readAggregated(answer: AggregatedList): Found {
  const found: Found = { all: [], broken: [] }
  for (const item of answer.items ?? []) {
    const group = item.metadata?.name ?? ''
    for (const { version, freshness, resources = [] } of item.versions ?? []) {
      if (freshness === 'Stale') {
        found.broken.push({ groupVersion: `${group}/${version}`, reason: 'its API service does not answer' })
      }
      for (const one of resources) {
        found.all.push({
          group,
          version,
          kind: one.responseKind?.kind ?? '',
          name: one.resource,
          singular: one.singularResource ?? '',
          namespaced: one.scope === 'Namespaced',
          verbs: one.verbs ?? [],
          shortNames: one.shortNames ?? [],
          subresources: (one.subresources ?? []).map(({ subresource }) => subresource),
        })
      }
    }
  }
  return found
}

/** One request per group and version; the preferred version first, so that `find` prefers it. */
async function readLegacy(connection: ClusterConnection, root: '/api' | '/apis', answer: unknown): Promise<Found> {
  const { versions = [], groups = [] } = answer as {
    versions?: string[]
    groups?: { name: string; preferredVersion?: { version: string }; versions: { version: string }[] }[]
  }
  const wanted =
    root === '/api'
      ? versions.map((version) => ({ group: '', version }))
      : groups.flatMap(({ name, preferredVersion, versions: served }) => {
          const preferred = preferredVersion?.version
          const ordered = [...served].sort((a, b) => Number(b.version === preferred) - Number(a.version === preferred))
          return ordered.map(({ version }) => ({ group: name, version }))
        })
  const found: Found = { all: [], broken: [] }
  const lists = await Promise.all(wanted.map((one) => readGroupVersion(connection, one, found)))
  found.all = lists.flat()
  return found
}

async function readGroupVersion(
  connection: ClusterConnection,
  at: { group: string; version: string },
  found: Found,
): Promise<ApiResource[]> {
  const path = at.group === '' ? `/api/${at.version}` : `/apis/${at.group}/${at.version}`
  try {
    const { resources = [] } = await connection.request<LegacyResourceList>('GET', path, { retries: 0 })
    return resources
      .filter(({ name }) => !name.includes('/'))
      .map((one) => ({
        ...at,
        kind: one.kind,
        name: one.name,
        singular: one.singularName === undefined || one.singularName === '' ? one.kind.toLowerCase() : one.singularName,
        namespaced: one.namespaced,
        verbs: one.verbs ?? [],
        shortNames: one.shortNames ?? [],
        subresources: resources
          .filter(({ name }) => name.startsWith(`${one.name}/`))
          .map(({ name }) => name.slice(one.name.length + 1)),
      }))
  } catch (thrown) {
    const error = asConsoleError(thrown)
    if (error.code === 'CANCELLED') throw error
    found.broken.push({ groupVersion: `${at.group}/${at.version}`, reason: error.message })
    return []
  }
}

class ServedResources implements Resources {
  readonly all: readonly ApiResource[]
  readonly broken: readonly BrokenApi[]

  constructor(all: ApiResource[], broken: BrokenApi[]) {
    this.all = all
    this.broken = broken
  }

  find(name: string): ApiResource | undefined {
    const [word = '', ...rest] = name.split('.')
    const tail = rest.join('.')
    const candidates = this.all.filter((resource) => {
      if (tail === '') return true
      return (
        tail === resource.group ||
        tail === `${resource.version}.${resource.group}` ||
        (resource.group === '' && tail === resource.version)
      )
    })
    const lower = word.toLowerCase()
    return (
      candidates.find((resource) => resource.name === lower) ??
      candidates.find((resource) => resource.shortNames.includes(lower)) ??
      candidates.find((resource) => resource.singular === lower || resource.kind.toLowerCase() === lower)
    )
  }

  ofKind(apiVersion: string, kind: string): ApiResource | undefined {
    return this.all.find((resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion)
  }
}

/**
 * As `find`, and asks the server once more for what is not there yet (a CustomResourceDefinition just applied).
 * @throws ConsoleError NOT_FOUND when the cluster does not serve it
 */
export async function resourceFor(
  connection: ClusterConnection,
  pick: (resources: Resources) => ApiResource | undefined,
  what: string,
): Promise<ApiResource> {
  const found = pick(await discover(connection)) ?? pick(await discover(connection, { refresh: true }))
  if (found) return found
  const { broken } = await discover(connection)
  const hint =
    broken.length === 0
      ? ''
      : ` These APIs do not answer: ${broken.map(({ groupVersion }) => groupVersion).join(', ')}.`
  throw new ConsoleError('NOT_FOUND', `This cluster does not know ${what}.${hint}`, {
    what,
    broken,
  })
}
