import type { UserEntry } from '../types.ts'
import type { ClusterFields } from './file.ts'

/** Why kubectl refuses to connect by this cluster entry; undefined when it does not. */
export function clusterFault(cluster: ClusterFields): string | undefined {
  const { caFile, caData, skipTlsVerify, proxyUrl } = cluster
  if (cluster.server === undefined) return 'has no server'
  if (caFile !== undefined && caData !== undefined)
    return 'has both certificate-authority and certificate-authority-data: remove one of them'
  if (skipTlsVerify && (caFile ?? caData) !== undefined)
    return 'has insecure-skip-tls-verify and a certificate authority, which exclude each other: remove one of them'
  if (caData !== undefined && !isPem(caData))
    return 'has certificate-authority-data that is not base64 of a PEM certificate'
  const proxy = proxyUrl === undefined || !URL.canParse(proxyUrl) ? undefined : new URL(proxyUrl)
  if (proxyUrl !== undefined && !['http:', 'https:', 'socks5:'].includes(proxy?.protocol ?? ''))
    return `has the proxy-url "${withoutLogin(proxyUrl)}": kubectl takes addresses that begin with http://, https:// or socks5://`
  return undefined
}

/** Why kubectl refuses to sign in by this user entry; undefined when it does not. */
export function userFault(user: UserEntry): string | undefined {
  const { token, username, password, certFile, certData, keyFile, keyData, impersonate } = user
  if (token !== undefined && (username ?? password) !== undefined)
    return 'has a token and a user name or password: kubectl takes only one of them'
  const hasCertificate = (certFile ?? certData) !== undefined
  if (hasCertificate && certFile !== undefined && certData !== undefined)
    return 'has both client-certificate and client-certificate-data: remove one of them'
  if (hasCertificate && keyFile !== undefined && keyData !== undefined)
    return 'has both client-key and client-key-data: remove one of them'
  if (hasCertificate && (keyFile ?? keyData) === undefined)
    return 'has a client certificate without its key: add client-key or client-key-data'
  if (certData !== undefined && !isPem(certData))
    return 'has client-certificate-data that is not base64 of a PEM certificate'
  if (hasCertificate && keyData !== undefined && !isPem(keyData))
    return 'has client-key-data that is not base64 of a PEM key'
  if (impersonate && impersonate.user === undefined)
    return 'has as-uid, as-groups or as-user-extra without "as": kubectl needs the user to impersonate'
  return execFault(user)
}

function execFault({ exec, authProvider }: UserEntry): string | undefined {
  if (!exec) return undefined
  if (authProvider) return 'has both exec and auth-provider: remove one of them'
  if (exec.command === '') return 'has an exec without a command'
  if (exec.apiVersion === '') return 'has an exec without an apiVersion: add client.authentication.k8s.io/v1'
  if (!/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(exec.apiVersion))
    return `has an exec with the apiVersion "${exec.apiVersion}": kubectl takes client.authentication.k8s.io/v1 and v1beta1`
  if (exec.env.some(({ name }) => name === '')) return 'has an exec with a variable that has no name'
  if (exec.interactiveMode === '') return 'has an exec without interactiveMode: add Never, IfAvailable or Always'
  if (!['Never', 'IfAvailable', 'Always'].includes(exec.interactiveMode))
    return `has an exec with the interactiveMode "${exec.interactiveMode}": kubectl takes Never, IfAvailable and Always`
  return undefined
}

/** A server as it is dialled. */
export interface Server {
  readonly url: string
  /** User name and password that stand in the address itself. */
  readonly login?: { readonly username: string; readonly password: string }
}

/**
 * The address of a server as kubectl completes it: without a scheme it is https where anything about TLS is said, else http.
 * @returns undefined where it is no address of an API server
 */
export function serverOf(cluster: ClusterFields, user: UserEntry): Server | undefined {
  const { server = '', caFile, caData, skipTlsVerify } = cluster
  const isWhole = /^[a-z][a-z\d+.-]*:\/\/[^/?#]/i.test(server)
  const isTls = skipTlsVerify || [caFile, caData, user.certFile, user.certData].some((each) => each !== undefined)
  const text = isWhole ? server : `${isTls ? 'https' : 'http'}://${server}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol)) return undefined
  if (!isWhole && !['', '/'].includes(text.slice(text.indexOf('://') + 3).replace(/^[^/?#]*/, ''))) return undefined
  const login = url.username === '' ? undefined : { username: decoded(url.username), password: decoded(url.password) }
  const isPlain = login === undefined && url.search === '' && url.hash === ''
  const plain = isPlain ? text : `${url.protocol}//${url.host}${url.pathname}`
  return { url: plain.replace(/\/+$/, ''), ...(login && { login }) }
}

/** As Go does: what the address itself names is used where the user entry has nothing of its own. */
export function withLogin(user: UserEntry, login: Server['login']): UserEntry {
  const own = [user.token, user.tokenFile, user.username, user.exec, user.authProvider]
  return login && own.every((each) => each === undefined) ? { ...user, ...login } : user
}

const isPem = (text: string): boolean => text.includes('-----BEGIN')
const withoutLogin = (url: string): string => url.replace(/\/\/[^@/]*@/, '//')

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
