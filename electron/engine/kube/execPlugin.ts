import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import { delimiter, extname, isAbsolute, join } from 'node:path'
import { ConsoleError } from '#shared/errors.ts'
import { sanitise } from './sanitise.ts'
import type { AllowExecPlugin, ClusterEntry, ExecPlugin } from './types.ts'

/** What a credential plugin hands out (client.authentication.k8s.io ExecCredential status). */
export interface PluginCredential {
  token?: string
  cert?: string
  key?: string
  /** Milliseconds since the epoch. */
  expiresAt?: number
}

type Environment = Readonly<Record<string, string | undefined>>

/** @returns the program's absolute path, or undefined when PATH has none */
export async function findProgram(command: string, environment: Environment): Promise<string | undefined> {
  const endings = process.platform === 'win32' && extname(command) === '' ? ['.exe', '.com'] : ['']
  const folders = isAbsolute(command) ? [''] : (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter)
  for (const folder of folders) {
    for (const ending of endings) {
      const candidate = folder === '' ? command + ending : join(folder, command + ending)
      // An empty PATH entry means the working directory: never run a program from there.
      if (!isAbsolute(candidate)) continue
      const isRunnable = await access(candidate, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (isRunnable) return candidate
    }
  }
  return undefined
}

/**
 * Which program a plugin names, as it is on disk now.
 * @throws UNAUTHENTICATED when there is none
 */
export async function identifyProgram(
  plugin: ExecPlugin,
  environment: Environment,
): Promise<{ path: string; sha256: string }> {
  const path = await findProgram(plugin.command, environment)
  if (path === undefined) {
    throw failed(`The sign-in program "${plugin.command}" named by the kubeconfig was not found.`, plugin, {})
  }
  const hash = createHash('sha256').update(await readFile(path))
  return { path, sha256: hash.digest('hex') }
}

/**
 * Runs the plugin without a shell, after approval of its path and hash.
 * @throws UNAUTHENTICATED when it is missing, fails or answers nonsense; FORBIDDEN when it is not approved
 */
export async function runExecPlugin(
  plugin: ExecPlugin,
  cluster: ClusterEntry,
  options: { allow: AllowExecPlugin | undefined; environment: Environment; signal?: AbortSignal },
): Promise<PluginCredential> {
  const { path, sha256 } = await identifyProgram(plugin, options.environment)
  if (!options.allow || !(await options.allow(path, sha256, plugin))) {
    throw new ConsoleError(
      'FORBIDDEN',
      `The kubeconfig signs in by running the program ${path}, which you have not allowed. It was not run. Start the console again to be asked again.`,
      { execPlugin: path, sha256 },
    )
  }
  const output = await run(path, plugin, cluster, options)
  return parseCredential(output, plugin)
}

function run(
  path: string,
  plugin: ExecPlugin,
  cluster: ClusterEntry,
  options: { environment: Environment; signal?: AbortSignal },
): Promise<string> {
  const info = {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(plugin.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}) },
  }
  const env = {
    ...options.environment,
    ...Object.fromEntries(plugin.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  }
  return new Promise((resolve, reject) => {
    const child = execFile(
      path,
      [...plugin.args],
      { env, shell: false, timeout: 60_000, maxBuffer: 1 << 20, windowsHide: true, signal: options.signal },
      (error, stdout, stderr) => {
        if (!error) {
          resolve(stdout)
          return
        }
        if (options.signal?.aborted) {
          reject(new ConsoleError('CANCELLED', 'Stopped on request.'))
          return
        }
        reject(
          failed(`The sign-in program ${path} failed.`, plugin, {
            raw: sanitise(stderr.slice(-2000), { keepNewlines: true }),
            exit: error.code,
          }),
        )
      },
    )
    child.stdin?.end()
  })
}

function clusterInfo(cluster: ClusterEntry): Record<string, unknown> {
  return {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.skipTlsVerify,
    'certificate-authority-data':
      cluster.caData === undefined ? undefined : Buffer.from(cluster.caData).toString('base64'),
    'proxy-url': cluster.proxyUrl,
  }
}

function parseCredential(output: string, plugin: ExecPlugin): PluginCredential {
  let status: Record<string, unknown> | undefined
  try {
    status = (JSON.parse(output) as { status?: Record<string, unknown> }).status
  } catch {
    status = undefined
  }
  const field = (name: string): string | undefined => (typeof status?.[name] === 'string' ? status[name] : undefined)
  const token = field('token')
  const cert = field('clientCertificateData')
  const key = field('clientKeyData')
  if (token === undefined && (cert === undefined || key === undefined)) {
    throw failed(`The sign-in program ${plugin.command} handed out neither a token nor a certificate.`, plugin, {})
  }
  const expiry = Date.parse(field('expirationTimestamp') ?? '')
  return { token, cert, key, expiresAt: Number.isNaN(expiry) ? undefined : expiry }
}

function failed(what: string, plugin: ExecPlugin, details: Record<string, unknown>): ConsoleError {
  const hint = plugin.installHint === undefined ? '' : ` ${sanitise(plugin.installHint.trim())}`
  return new ConsoleError('UNAUTHENTICATED', `${what} Run it in a terminal to see why, or sign in again.${hint}`, {
    command: plugin.command,
    ...details,
  })
}
