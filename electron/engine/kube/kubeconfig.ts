import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { keepFirst, parseKubeconfigFile, type ContextEntry, type KubeconfigFile } from './kubeconfigFile.ts'
import type { ClusterEntry, KubeContext, KubeconfigSource, LoadedKubeconfigs, UserEntry } from './types.ts'

/** Where kubectl would look: $KUBECONFIG's list, else ~/.kube/config. */
export function defaultSources(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): KubeconfigSource[] {
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? homedir()
  const paths = listed.length > 0 ? listed : [join(home, '.kube', 'config')]
  return paths.map((path) => ({ path: resolve(path), kind: 'user' as const }))
}

/** The files whose names may refer to each other. */
interface Group {
  clusters: Map<string, ClusterEntry>
  users: Map<string, UserEntry>
  contexts: { entry: ContextEntry; source: KubeconfigSource }[]
}

/**
 * Reads kubeconfigs and never writes. The user's files merge as kubectl merges them: the first file wins per name.
 * The sandbox's file and each added file keep their cluster and user names to themselves: files made by kubeadm all
 * say `kubernetes-admin`, and merging them would send one cluster's context to another cluster.
 */
export function loadKubeconfigs(sources: readonly KubeconfigSource[]): LoadedKubeconfigs {
  const loaded: LoadedKubeconfigs = { contexts: [], problems: [] }
  const groups: Group[] = []
  let currentContext: string | undefined
  let userGroup: Group | undefined

  for (const source of sources) {
    const file = readSource(source, loaded)
    if (!file) continue
    loaded.problems.push(...file.problems)
    currentContext ??= file.currentContext
    let group = source.kind === 'user' ? userGroup : undefined
    if (!group) {
      group = { clusters: new Map(), users: new Map(), contexts: [] }
      groups.push(group)
      if (source.kind === 'user') userGroup = group
    }
    for (const [name, cluster] of file.clusters) keepFirst(group.clusters, name, cluster)
    for (const [name, user] of file.users) keepFirst(group.users, name, user)
    for (const entry of file.contexts.values()) group.contexts.push({ entry, source })
  }

  for (const group of groups) addContexts(loaded, group, currentContext)
  return loaded
}

function readSource(source: KubeconfigSource, loaded: LoadedKubeconfigs): KubeconfigFile | undefined {
  try {
    return parseKubeconfigFile(readFileSync(source.path, 'utf8'), source.path)
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
    // kubectl, too, passes over a default file that is not there.
    const isExpected = code === 'ENOENT' && source.kind !== 'added'
    if (!isExpected) loaded.problems.push({ path: source.path, message: `the file cannot be read (${code})` })
    return undefined
  }
}

function addContexts(loaded: LoadedKubeconfigs, group: Group, currentContext: string | undefined): void {
  for (const { entry, source } of group.contexts) {
    const earlier = loaded.contexts.find((context) => context.name === entry.name)
    const problem = (message: string): void =>
      void loaded.problems.push({ path: source.path, line: entry.line, message: `context "${entry.name}" ${message}` })
    if (earlier) {
      // Within kubectl's own list a repeated name is normal and silent.
      const isOrdinary = earlier.source.kind === 'user' && source.kind === 'user'
      if (!isOrdinary) problem(`is already defined in ${earlier.source.path}: rename one of the two`)
      continue
    }
    const cluster = group.clusters.get(entry.cluster)
    const user = entry.user === '' ? { name: '' } : group.users.get(entry.user)
    if (!cluster) problem(`names the cluster "${entry.cluster}", which is not defined or not usable`)
    else if (!user) problem(`names the user "${entry.user}", which is not defined or not usable`)
    else loaded.contexts.push(freezeContext(entry, cluster, user, source, entry.name === currentContext))
  }
}

function freezeContext(
  entry: ContextEntry,
  cluster: ClusterEntry,
  user: UserEntry,
  source: KubeconfigSource,
  isCurrent: boolean,
): KubeContext {
  const facts = { name: entry.name, namespace: entry.namespace, cluster, user }
  const identity = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
  return deepFreeze(structuredClone({ ...facts, source: { ...source }, isCurrent, identity }))
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}
