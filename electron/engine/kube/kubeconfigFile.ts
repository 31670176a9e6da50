import { dirname, isAbsolute, join } from 'node:path'
import { LineCounter, parseDocument, type Document } from 'yaml'
import type { ClusterEntry, ExecPlugin, KubeconfigProblem, UserEntry } from './types.ts'

/** A context as its file has it, before cluster and user are looked up. */
export interface ContextEntry {
  name: string
  cluster: string
  user: string
  namespace?: string
  line: number
}

export interface KubeconfigFile {
  clusters: Map<string, ClusterEntry>
  users: Map<string, UserEntry>
  contexts: Map<string, ContextEntry>
  currentContext?: string
  problems: KubeconfigProblem[]
}

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Tokens and passwords that look like numbers are still text. */
function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

/** @throws Error naming the field, when the value is not base64 of PEM */
function pem(fields: Fields, field: string): string | undefined {
  const encoded = text(fields[field])
  if (encoded === undefined) return undefined
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  if (!decoded.includes('-----BEGIN')) throw new Error(`${field} is not base64 of a PEM file`)
  return decoded
}

/** Relative paths are relative to the kubeconfig they stand in, as for kubectl. */
function path(directory: string, value: unknown): string | undefined {
  const given = text(value)
  if (given === undefined) return undefined
  return isAbsolute(given) ? given : join(directory, given)
}

function readCluster(name: string, fields: Fields, directory: string): ClusterEntry {
  const server = text(fields['server'])
  if (server === undefined) throw new Error(`cluster "${name}" has no server`)
  const url = URL.canParse(server) ? new URL(server) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new Error(`cluster "${name}" has the server "${server}", which is not an http(s) address`)
  }
  return {
    name,
    server: server.replace(/\/+$/, ''),
    caFile: path(directory, fields['certificate-authority']),
    caData: pem(fields, 'certificate-authority-data'),
    skipTlsVerify: fields['insecure-skip-tls-verify'] === true,
    tlsServerName: text(fields['tls-server-name']),
    proxyUrl: text(fields['proxy-url']),
  }
}

function readExec(fields: Fields, directory: string): ExecPlugin {
  const command = text(fields['command'])
  if (command === undefined) throw new Error('exec has no command')
  return {
    apiVersion: text(fields['apiVersion']) ?? 'client.authentication.k8s.io/v1',
    // kubectl: only a command with a separator is a path; a bare name is looked up on PATH.
    command: /[/\\]/.test(command) ? (path(directory, command) ?? command) : command,
    args: list(fields['args']).map(String),
    env: list(fields['env'])
      .filter(isFields)
      .map((pair) => ({ name: text(pair['name']) ?? '', value: text(pair['value']) ?? '' })),
    provideClusterInfo: fields['provideClusterInfo'] === true,
    installHint: text(fields['installHint']),
  }
}

function readUser(name: string, fields: Fields, directory: string): UserEntry {
  const provider = isFields(fields['auth-provider']) ? fields['auth-provider'] : undefined
  const config = isFields(provider?.['config']) ? provider['config'] : {}
  const extra = isFields(fields['as-user-extra']) ? fields['as-user-extra'] : {}
  const groups = list(fields['as-groups']).map(String)
  const impersonates = text(fields['as']) !== undefined || groups.length > 0
  return {
    name,
    token: text(fields['token']),
    tokenFile: path(directory, fields['tokenFile']),
    username: text(fields['username']),
    password: text(fields['password']),
    certFile: path(directory, fields['client-certificate']),
    certData: pem(fields, 'client-certificate-data'),
    keyFile: path(directory, fields['client-key']),
    keyData: pem(fields, 'client-key-data'),
    exec: isFields(fields['exec']) ? readExec(fields['exec'], directory) : undefined,
    authProvider: provider && {
      name: text(provider['name']) ?? '',
      config: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, text(value) ?? ''])),
    },
    impersonate: impersonates
      ? {
          user: text(fields['as']),
          uid: text(fields['as-uid']),
          groups,
          extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, list(values).map(String)])),
        }
      : undefined,
  }
}

/**
 * One kubeconfig, entry by entry: an entry that cannot be used becomes a problem with its line and the others stay.
 * @param content the text of the file
 * @param file its path, for relative paths and for the problems
 */
export function parseKubeconfigFile(content: string, file: string): KubeconfigFile {
  const found: KubeconfigFile = { clusters: new Map(), users: new Map(), contexts: new Map(), problems: [] }
  const lines = new LineCounter()
  const document = parseDocument(content, { lineCounter: lines, logLevel: 'silent' })
  const problem = (message: string, line = 1): void => void found.problems.push({ path: file, line, message })

  const fault = document.errors[0]
  if (fault) {
    problem(`not valid YAML: ${fault.message.split('\n')[0] ?? ''}`, fault.linePos?.[0].line)
    return found
  }
  const root: unknown = document.toJS()
  if (root === null || root === undefined) {
    problem('the file is empty')
    return found
  }
  if (!isFields(root)) {
    problem('this is not a kubeconfig: it must be a mapping with clusters, users and contexts')
    return found
  }

  const directory = dirname(file)
  const each = (section: string, key: string, read: (name: string, fields: Fields, line: number) => void): void => {
    const value = root[section]
    if (value === undefined || value === null) return
    if (!Array.isArray(value)) {
      problem(`${section} must be a list`, lineOf(document, lines, [section]))
      return
    }
    value.forEach((entry: unknown, index) => {
      const line = lineOf(document, lines, [section, index])
      try {
        const name = isFields(entry) ? text(entry['name']) : undefined
        if (!isFields(entry) || name === undefined) throw new Error(`${section}[${index}] has no name`)
        read(name, isFields(entry[key]) ? entry[key] : {}, line)
      } catch (thrown) {
        problem(thrown instanceof Error ? thrown.message : String(thrown), line)
      }
    })
  }

  each('clusters', 'cluster', (name, fields) => keepFirst(found.clusters, name, readCluster(name, fields, directory)))
  each('users', 'user', (name, fields) => keepFirst(found.users, name, readUser(name, fields, directory)))
  each('contexts', 'context', (name, fields, line) => {
    const cluster = text(fields['cluster'])
    if (cluster === undefined) throw new Error(`context "${name}" names no cluster`)
    const namespace = text(fields['namespace'])
    keepFirst(found.contexts, name, { name, cluster, user: text(fields['user']) ?? '', namespace, line })
  })
  found.currentContext = text(root['current-context'])
  return found
}

function lineOf(document: Document, lines: LineCounter, at: (string | number)[]): number {
  const node = document.getIn(at, true)
  const range = typeof node === 'object' && node !== null && 'range' in node ? (node.range as number[] | null) : null
  return range?.[0] === undefined ? 1 : lines.linePos(range[0]).line
}

/** First one wins, as for kubectl. */
export function keepFirst<Value>(into: Map<string, Value>, name: string, value: Value): void {
  if (!into.has(name)) into.set(name, value)
}
