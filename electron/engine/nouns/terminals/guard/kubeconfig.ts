import type { KubeContext } from '../../../kube/index.ts'

/** The way from a terminal to the engine's loopback proxy. */
export interface LoopbackDoor {
  port: number
  /** PEM of the authority that signed the proxy's certificate and nothing else. */
  authority: string
  token: string
}

/**
 * The kubeconfig of one terminal, as text (JSON, which is YAML): it leads to the engine, under the names that the person knows. The
 * cluster's address and credentials stay in the engine.
 */
export function terminalKubeconfig(context: KubeContext, namespace: string, door: LoopbackDoor): string {
  const { name, cluster, user } = context
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: cluster.name, user: user.name, namespace } }],
    clusters: [
      {
        name: cluster.name,
        cluster: {
          server: `https://127.0.0.1:${door.port}`,
          'certificate-authority-data': Buffer.from(door.authority).toString('base64'),
        },
      },
    ],
    users: [{ name: user.name, user: { token: door.token } }],
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
