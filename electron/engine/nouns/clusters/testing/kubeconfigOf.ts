import { readFile, writeFile } from 'node:fs/promises'

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, unknown> }[]
  users: { name: string; user: Record<string, unknown> }[]
}

/** A context of the test's own. */
export interface WayTo {
  name: string
  /** The kubeconfig of the sandbox it leads to. */
  of: string
  user: 'sandbox-admin' | 'sandbox-viewer'
  /** Another address of the same server. */
  server?: string
}

/** Writes a kubeconfig with contexts that lead to sandboxes, each by a user and an address of choice. */
export async function writeWays(path: string, ways: readonly WayTo[]): Promise<void> {
  const entries = await Promise.all(
    ways.map(async ({ name, of, user, server }) => {
      const { clusters, users } = JSON.parse(await readFile(of, 'utf8')) as Kubeconfig
      return {
        cluster: { name, cluster: { ...clusters[0]?.cluster, ...(server !== undefined && { server }) } },
        user: { name, user: users.find((each) => each.name === user)?.user ?? {} },
        context: { name, context: { cluster: name, user: name } },
      }
    }),
  )
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: entries.map(({ cluster }) => cluster),
    users: entries.map(({ user }) => user),
    contexts: entries.map(({ context }) => context),
  }
  await writeFile(path, JSON.stringify(config), { mode: 0o600 })
}
