import { isAbsolute } from 'node:path'
import { findProgram, type KubeContext } from '../../kube/index.ts'

const base64 = (pem: string | undefined): string | undefined =>
  pem === undefined ? undefined : Buffer.from(pem).toString('base64')

type Environment = Readonly<Record<string, string | undefined>>

/**
 * A kubeconfig of exactly this context and namespace, as text (JSON, which is YAML): nothing else of the person's kubeconfig,
 * and no path that depends on where the file lies.
 */
export async function contextKubeconfig(
  context: KubeContext,
  namespace: string,
  environment: Environment,
): Promise<string> {
  const { name, cluster, user } = context
  const { exec, impersonate, authProvider } = user
  const command =
    exec && (isAbsolute(exec.command) ? exec.command : ((await findProgram(exec.command, environment)) ?? exec.command))
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: cluster.name, user: user.name, namespace } }],
    clusters: [
      {
        name: cluster.name,
        cluster: {
          server: cluster.server,
          'certificate-authority': cluster.caData === undefined ? cluster.caFile : undefined,
          'certificate-authority-data': base64(cluster.caData),
          'insecure-skip-tls-verify': cluster.skipTlsVerify || undefined,
          'tls-server-name': cluster.tlsServerName,
          'proxy-url': cluster.proxyUrl,
        },
      },
    ],
    users: [
      {
        name: user.name,
        user: {
          token: user.token,
          tokenFile: user.tokenFile,
          username: user.username,
          password: user.password,
          'client-certificate': user.certFile,
          'client-certificate-data': base64(user.certData),
          'client-key': user.keyFile,
          'client-key-data': base64(user.keyData),
          as: impersonate?.user,
          'as-uid': impersonate?.uid,
          'as-groups': impersonate?.groups,
          'as-user-extra': impersonate?.extra,
          'auth-provider': authProvider,
          exec: exec && { ...exec, command, interactiveMode: 'IfAvailable' },
        },
      },
    ],
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
