import { ConsoleError } from '#shared/errors.ts'
import { credentialRisk, credentialsRefused } from './credentialRisk.ts'
import { readRegular } from '../storage/regularFile.ts'
import { checkClientCertificate } from './clientCertificate.ts'
import type { TlsMaterial } from './dial.ts'
import { headerName, headerValue } from './headers.ts'
import { runExecPlugin, type PluginCredential } from './execPlugin.ts'
import type { AllowExecPlugin, AllowSending, Clock, KubeContext, UserEntry } from './types.ts'

/** What one request signs in with. */
export interface Credential {
  headers: Record<string, string | string[]>
  tls: TlsMaterial
}

export interface Credentials {
  current(signal?: AbortSignal): Promise<Credential>
  /** The server refused this one: the next `current` gets a fresh one. False when there is no fresher one to get. */
  renew(refused: Credential): boolean
}

interface Sources {
  allow: AllowExecPlugin | undefined
  allowSending: AllowSending | undefined
  environment: Readonly<Record<string, string | undefined>>
  clock: Clock
}

/** client-go re-reads token files every minute; certificates rotate less often, and a 401 re-reads both at once. */
const fileLifetime = 60_000
/** Refresh before the last second: clocks differ, and a request under way must not outlive its token. */
const earlyRefresh = 60_000
/** Bytes of a token, key or certificate file; the bundle of all public authorities is a fifth of it. */
const largestFile = 1024 * 1024

/** The credentials of a context, kept until shortly before they expire. Never shared between contexts. */
export function credentialsOf(context: KubeContext, sources: Sources): Credentials {
  const { user } = context
  const isRenewable = [user.exec, user.tokenFile, user.certFile, user.keyFile].some((source) => source !== undefined)
  let kept: { credential: Credential; until: number } | undefined
  let pending: Promise<Credential> | undefined

  const fetch = async (signal?: AbortSignal): Promise<Credential> => {
    const { clock } = sources
    const risk = await credentialRisk(context)
    if (risk && !(await sources.allowSending?.(risk))) throw credentialsRefused(context, risk)
    const plugin = user.exec
      ? await runExecPlugin(user.exec, context.cluster, { ...sources, ...(signal ? { signal } : {}) })
      : {}
    const credential = await assemble(context, plugin)
    const until = plugin.expiresAt === undefined ? Infinity : renewalTime(clock.now(), plugin.expiresAt)
    kept = { credential, until: isRenewable && !user.exec ? clock.now() + fileLifetime : until }
    return credential
  }

  return {
    async current(signal) {
      if (kept && sources.clock.now() < kept.until) return kept.credential
      // One plugin run serves everyone who waits.
      pending ??= fetch(signal).finally(() => (pending = undefined))
      return pending
    },
    renew(refused) {
      if (kept?.credential === refused) kept = undefined
      return isRenewable
    },
  }
}

/** A minute early, or after nine tenths of a life shorter than ten minutes. */
function renewalTime(now: number, expiresAt: number): number {
  return expiresAt - Math.min(earlyRefresh, (expiresAt - now) / 10)
}

async function assemble(context: KubeContext, plugin: PluginCredential): Promise<Credential> {
  const { cluster, user } = context
  const tls: TlsMaterial = {
    ca: cluster.caData ?? (await file(cluster.caFile)),
    cert: plugin.cert ?? user.certData ?? (await file(user.certFile)),
    key: plugin.key ?? user.keyData ?? (await file(user.keyFile)),
  }
  if (tls.cert !== undefined) checkClientCertificate(tls.cert, tls.key, user)
  const token = plugin.token ?? (await file(user.tokenFile))?.trim() ?? user.token ?? legacyToken(user)
  if (token === undefined && user.authProvider) throw noLegacyToken(user.authProvider.name)
  const headers: Record<string, string | string[]> = { ...impersonation(user) }
  if (token !== undefined) headers['authorization'] = headerValue(`Bearer ${token}`, 'the token')
  else if (user.username !== undefined) {
    const pair = `${user.username}:${user.password ?? ''}`
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
  }
  return { headers, tls }
}

async function file(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  try {
    return (await readRegular(path, largestFile)).toString('utf8')
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new ConsoleError(
      'KUBECONFIG_INVALID',
      `The kubeconfig names the file ${path}, which cannot be read: ${reason}. Nothing was sent. Put the file back or correct the kubeconfig.`,
      { path },
      { cause: thrown },
    )
  }
}

/**
 * The removed `auth-provider` entries (oidc, gcp, azure) hold a token that only their own tool can renew: renewing here
 * would rotate the refresh token in a file that this program never writes, and lock kubectl out.
 * @returns undefined where the user has no such entry, or one without a token
 */
function legacyToken({ authProvider }: UserEntry): string | undefined {
  return authProvider?.config['id-token'] || authProvider?.config['access-token'] || undefined
}

function noLegacyToken(name: string): ConsoleError {
  return new ConsoleError(
    'UNAUTHENTICATED',
    `The kubeconfig signs in with the removed auth-provider "${name}" and holds no token. Nothing was sent. Sign in with kubectl once, or change the entry to an exec plugin such as kubelogin.`,
    { authProvider: name },
  )
}

function impersonation(user: UserEntry): Record<string, string | string[]> {
  const { impersonate } = user
  if (!impersonate) return {}
  const headers: Record<string, string | string[]> = {}
  if (impersonate.user !== undefined) headers['impersonate-user'] = headerValue(impersonate.user, '"as"')
  if (impersonate.uid !== undefined) headers['impersonate-uid'] = headerValue(impersonate.uid, 'as-uid')
  if (impersonate.groups.length > 0)
    headers['impersonate-group'] = impersonate.groups.map((group) => headerValue(group, 'as-groups'))
  for (const [key, values] of Object.entries(impersonate.extra)) {
    headers[`impersonate-extra-${headerName(key)}`] = values.map((value) => headerValue(value, 'as-user-extra'))
  }
  return headers
}
