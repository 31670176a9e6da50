import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, extname, isAbsolute, join } from 'node:path'
import { ConsoleError } from '#shared/errors.ts'
import { FileFault, openRegular } from '../storage/regularFile.ts'
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

/** The endings that Windows adds to a name. Batch files are left out: they cannot be run without a shell. */
const endings = process.platform === 'win32' ? ['.com', '.exe'] : []

/**
 * Looks where the system looks, in the order of PATH: files that may be executed, never folders, and never the working directory, which empty and
 * relative entries mean.
 * @returns the program's absolute path, or undefined when PATH has none
 */
export async function findProgram(command: string, environment: Environment): Promise<string | undefined> {
  const isWhole = endings.length === 0 || endings.includes(extname(command).toLowerCase())
  const names = isWhole ? [command] : endings.map((ending) => command + ending)
  const folders = isAbsolute(command) ? [''] : pathOf(environment).split(delimiter)
  for (const folder of folders) {
    for (const name of names) {
      const candidate = folder === '' ? name : join(folder, name)
      if (isAbsolute(candidate) && (await isProgram(candidate))) return candidate
    }
  }
  return undefined
}

/** Whether a file is there that may be executed. */
export async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/** Windows spells the variable in several ways. */
function pathOf(environment: Environment): string {
  const name =
    process.platform === 'win32' ? Object.keys(environment).find((each) => each.toUpperCase() === 'PATH') : 'PATH'
  return environment[name ?? 'PATH'] ?? ''
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
  try {
    return { path, sha256: await hashOf(path) }
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown
    throw failed(`The sign-in program ${path} named by the kubeconfig cannot be read: ${thrown.message}.`, plugin, {})
  }
}

async function hashOf(path: string): Promise<string> {
  const file = await openRegular(path)
  const hash = createHash('sha256')
  for await (const bytes of file.createReadStream()) hash.update(bytes as Buffer)
  return hash.digest('hex')
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
    throw programRefused(path, sha256)
  }
  if (plugin.interactiveMode === 'Always')
    throw failed(
      `The sign-in program ${path} asks questions in a terminal, which the console does not have.`,
      plugin,
      {},
    )
  const output = await run(path, plugin, cluster, options)
  return parseCredential(output, plugin)
}

/** The error of a program that the person did not allow. */
export function programRefused(path: string, sha256: string): ConsoleError {
  return new ConsoleError(
    'FORBIDDEN',
    `The kubeconfig signs in by running the program ${path}, which you have not allowed. It was not run. Start the console again to be asked again.`,
    { consent: 'program', execPlugin: path, sha256 },
  )
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
  const answer = parsed(output)
  const status = isFields(answer?.['status']) ? answer['status'] : undefined
  const field = (name: string): string | undefined =>
    typeof status?.[name] === 'string' && status[name] !== '' ? status[name] : undefined
  const token = field('token')
  const cert = field('clientCertificateData')
  const key = field('clientKeyData')
  const what = !answer
    ? 'printed something other than an ExecCredential'
    : !status
      ? 'printed an answer without a status'
      : (cert === undefined) !== (key === undefined)
        ? 'handed out only one of certificate and key'
        : token === undefined && cert === undefined
          ? 'handed out neither a token nor a certificate'
          : undefined
  if (what !== undefined) throw failed(`The sign-in program ${plugin.command} ${what}.`, plugin, { raw: shown(output) })
  if (token !== undefined && /[\r\n]/.test(token))
    throw failed(`The sign-in program ${plugin.command} handed out a token with a line break.`, plugin, {})
  const expiry = Date.parse(field('expirationTimestamp') ?? '')
  return { token, cert, key, expiresAt: Number.isNaN(expiry) ? undefined : expiry }
}

function parsed(output: string): Record<string, unknown> | undefined {
  try {
    const answer: unknown = JSON.parse(output)
    return isFields(answer) ? answer : undefined
  } catch {
    // The output itself is shown.
    return undefined
  }
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The output as text to read: its beginning, without what may be a secret. */
function shown(output: string): string {
  if (output.trim() === '') return '(no output)'
  const hidden = output.slice(0, 4000).replace(/[\w+/=.~-]{24,}/g, (secret) => `(${secret.length} characters hidden)`)
  return sanitise(hidden.slice(0, 1000), { keepNewlines: true })
}

function failed(what: string, plugin: ExecPlugin, details: Record<string, unknown>): ConsoleError {
  const hint = plugin.installHint === undefined ? '' : ` ${sanitise(plugin.installHint.trim())}`
  return new ConsoleError('UNAUTHENTICATED', `${what} Run it in a terminal to see why, or sign in again.${hint}`, {
    command: plugin.command,
    ...details,
  })
}
