import { writeFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import { json, type MisbehavingServer } from './misbehavingServer.ts'

interface Entry {
  context: string
  user: Record<string, unknown>
  /** Where it leads; the cluster's own address when absent. */
  server?: string
}

/** Writes a kubeconfig whose contexts lead to this server. */
export async function writeKubeconfig(path: string, server: MisbehavingServer, entries: Entry[]): Promise<void> {
  const { caData = '' } = server.context().cluster
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: entries.map((entry) => ({
      name: entry.context,
      cluster: {
        server: entry.server ?? server.url,
        'certificate-authority-data': Buffer.from(caData).toString('base64'),
      },
    })),
    users: entries.map((entry) => ({ name: entry.context, user: entry.user })),
    contexts: entries.map(({ context }) => ({ name: context, context: { cluster: context, user: context } })),
  }
  await writeFile(path, stringify(config))
}

/** Lets the server answer what a look at an empty cluster asks for. */
export function serveEmptyCluster(server: MisbehavingServer): void {
  server.on('/version', json({ gitVersion: 'v1.35.0' }))
  const resource = (name: string, kind: string, namespaced: boolean) => ({ name, kind, namespaced, verbs: ['list'] })
  const resources = [resource('pods', 'Pod', true), resource('nodes', 'Node', false)]
  server.on('/api', json({ kind: 'APIVersions', versions: ['v1'] }))
  server.on('/apis', json({ kind: 'APIGroupList', groups: [] }))
  server.on('/api/v1', json({ kind: 'APIResourceList', groupVersion: 'v1', resources }))
  server.on('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', json({ status: { allowed: true } }))
}
