import { readFile, writeFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import type { TestCluster } from '#shared/testing/cluster.ts'

type Fields = Record<string, unknown>

interface Kubeconfig {
  'current-context': string
  clusters: { name: string; cluster: Fields }[]
  users: { name: string; user: Fields }[]
  contexts: { name: string; context: { cluster: string; user: string; namespace?: string } }[]
}

/** A context of the test's own that leads to the cluster of the file. */
export interface ContextOf {
  name: string
  namespace?: string
  /** Replaces fields of the cluster entry, as the server or its authority. */
  cluster?: Fields
  /** Replaces the user entry. */
  user?: Fields
}

/** Writes a kubeconfig with contexts that lead to the cluster; each has its own cluster and user entry. The cluster's file stays as it is. */
export async function writeKubeconfig(
  path: string,
  cluster: TestCluster,
  contexts: readonly ContextOf[],
): Promise<void> {
  const own = parse(await readFile(cluster.kubeconfigPath, 'utf8')) as Kubeconfig
  const context = own.contexts.find(({ name }) => name === cluster.context)?.context
  const target = own.clusters.find(({ name }) => name === context?.cluster)?.cluster ?? {}
  const user = own.users.find(({ name }) => name === context?.user)?.user ?? {}
  const config: Kubeconfig & Fields = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0]?.name ?? '',
    clusters: contexts.map((each) => ({ name: each.name, cluster: { ...target, ...each.cluster } })),
    users: contexts.map((each) => ({ name: each.name, user: each.user ?? user })),
    contexts: contexts.map(({ name, namespace }) => ({
      name,
      context: { cluster: name, user: name, ...(namespace !== undefined && { namespace }) },
    })),
  }
  await writeFile(path, stringify(config), { mode: 0o600 })
}
