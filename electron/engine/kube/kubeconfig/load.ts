import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import type { KubeContext, KubeconfigSource, LoadedKubeconfigs, UserEntry } from '../types.ts'
import { KubeconfigFault } from './fault.ts'
import { parseKubeconfig, type ClusterFields, type ContextFields, type Entry, type KubeconfigFile } from './file.ts'
import { readSource } from './source.ts'
import { clusterFault, serverOf, userFault, withLogin } from './usable.ts'

/** Where kubectl would look: $KUBECONFIG's list, else ~/.kube/config. */
export function defaultSources(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): KubeconfigSource[] {
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? homedir()
  const paths = listed.length > 0 ? listed : [join(home, '.kube', 'config')]
  return paths.map((path) => ({ path: resolve(path), kind: 'user' as const }))
}

/** An entry and the file it stands in. */
type Placed<What> = Entry<What> & { readonly source: KubeconfigSource }

/** The files whose names may refer to each other. */
interface Group {
  clusters: Map<string, Placed<ClusterFields>>
  users: Map<string, Placed<UserEntry>>
  contexts: Placed<ContextFields>[]
  currentContext: string | undefined
}

/**
 * Reads kubeconfigs and never writes. The user's files merge as kubectl merges them: the first file wins per name.
 * The sandbox's file and each added file keep their cluster and user names to themselves: files made by kubeadm all
 * say `kubernetes-admin`, and merging them would send one cluster's context to another cluster.
 */
export function loadKubeconfigs(sources: readonly KubeconfigSource[]): LoadedKubeconfigs {
  const loaded: LoadedKubeconfigs = { contexts: [], problems: [] }
  const groups: Group[] = []
  let userGroup: Group | undefined
  for (const source of sources) {
    const file = readFile(source, loaded)
    if (!file) continue
    let group = source.kind === 'user' ? userGroup : undefined
    if (!group) {
      group = { clusters: new Map(), users: new Map(), contexts: [], currentContext: undefined }
      groups.push(group)
      if (source.kind === 'user') userGroup = group
    }
    takeFirst(group.clusters, file.clusters, source)
    takeFirst(group.users, file.users, source)
    for (const entry of file.contexts.values()) group.contexts.push({ ...entry, source })
    group.currentContext ??= file.currentContext
  }
  const current = groups.find(({ currentContext }) => currentContext !== undefined)?.currentContext
  for (const group of groups) addContexts(loaded, group, current)
  return loaded
}

function takeFirst<What>(
  into: Map<string, Placed<What>>,
  entries: ReadonlyMap<string, Entry<What>>,
  source: KubeconfigSource,
): void {
  for (const [name, entry] of entries) if (!into.has(name)) into.set(name, { ...entry, source })
}

function readFile(source: KubeconfigSource, loaded: LoadedKubeconfigs): KubeconfigFile | undefined {
  const { path } = source
  try {
    const bytes = readSource(source)
    if (!bytes) return undefined
    const file = parseKubeconfig(bytes, path)
    for (const warning of file.warnings) loaded.problems.push({ path, severity: 'warning', ...warning })
    return file
  } catch (thrown) {
    const line = thrown instanceof KubeconfigFault ? thrown.line : undefined
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    loaded.problems.push({ path, severity: 'error', ...(line === undefined ? {} : { line }), message })
    return undefined
  }
}

function addContexts(loaded: LoadedKubeconfigs, group: Group, currentContext: string | undefined): void {
  const problem = ({ source, line }: Placed<unknown>, message: string): void =>
    void loaded.problems.push({ path: source.path, line, severity: 'error', message })
  const unusable = {
    clusters: faults(group.clusters, clusterFault, (entry, fault) => problem(entry, `cluster ${fault}`)),
    users: faults(group.users, userFault, (entry, fault) => problem(entry, `user ${fault}`)),
  }
  for (const entry of group.contexts) {
    const { name, cluster: clusterName, user: userName } = entry.value
    const refuse = (why: string): void => problem(entry, `context "${name}" ${why}`)
    const earlier = loaded.contexts.find((context) => context.name === name)
    if (earlier) {
      // Within kubectl's own list a repeated name is normal and silent.
      const isOrdinary = earlier.source.kind === 'user' && entry.source.kind === 'user'
      if (!isOrdinary) refuse(`is already defined in ${earlier.source.path}: rename one of the two`)
      continue
    }
    const cluster = clusterName === undefined ? undefined : group.clusters.get(clusterName)?.value
    const user = userName === undefined ? { name: '' } : group.users.get(userName)?.value
    const server = cluster && user && serverOf(cluster, user)
    if (name === '') refuse('has no name')
    else if (clusterName === undefined) refuse('names no cluster')
    else if (!cluster) refuse(`names the cluster "${clusterName}", which is not defined`)
    else if (!user) refuse(`names the user "${userName ?? ''}", which is not defined`)
    else if (unusable.clusters.has(clusterName)) refuse(`names the cluster "${clusterName}", which cannot be used`)
    else if (unusable.users.has(userName ?? '')) refuse(`names the user "${userName ?? ''}", which cannot be used`)
    else if (!server)
      refuse(`names the cluster "${clusterName}", whose server "${cluster.server ?? ''}" is not an http(s) address`)
    else {
      const place = { ...cluster, server: server.url }
      const context = { name, namespace: entry.value.namespace, cluster: place, user: withLogin(user, server.login) }
      const userFolder = dirname((group.users.get(userName ?? '') ?? entry).source.path)
      loaded.contexts.push(
        freezeContext(context, { source: entry.source, userFolder, isCurrent: name === currentContext }),
      )
    }
  }
}

/** The names of entries that cannot be used, each told once. */
function faults<What>(
  entries: ReadonlyMap<string, Placed<What>>,
  faultOf: (value: What) => string | undefined,
  tell: (entry: Placed<What>, fault: string) => void,
): Set<string> {
  const found = new Set<string>()
  for (const [name, entry] of entries) {
    const fault = faultOf(entry.value)
    if (fault === undefined) continue
    found.add(name)
    tell(entry, `"${name}" ${fault}`)
  }
  return found
}

function freezeContext(
  facts: Pick<KubeContext, 'name' | 'namespace' | 'cluster' | 'user'>,
  place: Pick<KubeContext, 'source' | 'userFolder' | 'isCurrent'>,
): KubeContext {
  const identity = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
  return deepFreeze(structuredClone({ ...facts, ...place, identity }))
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}
