import type { Credentials } from './credentials.ts'

const encode = (text: string): string => Buffer.from(text).toString('base64')

const context = (name: string, user: string) => ({ name, context: { cluster: 'sandbox', user, namespace: 'default' } })

/** A kubeconfig with the contexts `sandbox` (everything) and `sandbox-viewer` (reads, no secrets). JSON is valid YAML. */
export function kubeconfig(server: string, credentials: Credentials): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sandbox',
    preferences: {},
    clusters: [
      {
        name: 'sandbox',
        cluster: { server, 'certificate-authority-data': encode(credentials.authority.certificate) },
      },
    ],
    users: [
      { name: 'sandbox-admin', user: { token: credentials.adminToken } },
      { name: 'sandbox-viewer', user: { token: credentials.viewerToken } },
    ],
    contexts: [context('sandbox', 'sandbox-admin'), context('sandbox-viewer', 'sandbox-viewer')],
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}
