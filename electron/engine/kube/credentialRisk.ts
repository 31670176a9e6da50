import { realpath } from 'node:fs/promises'
import { isAbsolute, relative, sep } from 'node:path'
import { ConsoleError } from '#shared/errors.ts'
import type { CredentialRisk, KubeContext, UserEntry } from './types.ts'

/**
 * How the credentials of a context could go astray: files that lie outside the folder of their kubeconfig, or in a hidden folder within it, links followed, which
 * would be read and sent to a server that the kubeconfig names; and anything sent over http.
 * @returns undefined where there is nothing to ask about
 */
export async function credentialRisk({ cluster, user, userFolder }: KubeContext): Promise<CredentialRisk | undefined> {
  const named = [user.tokenFile, user.certFile, user.keyFile].filter((path) => path !== undefined)
  const outside = await Promise.all(named.map((path) => isOutside(path, userFolder)))
  const files = named.filter((_path, index) => outside[index])
  const isPlain = cluster.server.startsWith('http:') && sendsSecrets(user)
  return files.length > 0 || isPlain ? { files, isPlain } : undefined
}

function sendsSecrets({ token, tokenFile, username, password, exec, authProvider }: UserEntry): boolean {
  return [token, tokenFile, username, password, exec, authProvider].some((each) => each !== undefined)
}

async function isOutside(path: string, folder: string | undefined): Promise<boolean> {
  if (folder === undefined) return true
  const within = relative(await real(folder), await real(path))
  return isAbsolute(within) || within.split(sep).some((part) => part.startsWith('.'))
}

/** A file that is not there is judged by its name: it may come to be. */
const real = (path: string): Promise<string> => realpath(path).catch(() => path)

/** The error of a connection whose credentials the person did not allow to be sent. */
export function credentialsRefused({ cluster }: KubeContext, { files, isPlain }: CredentialRisk): ConsoleError {
  const what = [
    ...(files.length > 0 ? [`by files outside its folder (${files.join(', ')})`] : []),
    ...(isPlain ? ['over http, without encryption'] : []),
  ]
  return new ConsoleError(
    'FORBIDDEN',
    `The kubeconfig signs in ${what.join(' and ')}, which you have not allowed. Nothing was sent. Start the console again to be asked again.`,
    { consent: 'credentials', server: cluster.server, files: [...files] },
  )
}
