import { dirname, isAbsolute, join, sep } from 'node:path'
import type { ClusterEntry, ExecPlugin, UserEntry } from '../types.ts'
import { KubeconfigFault } from './fault.ts'
import { Fields } from './fields.ts'
import { textOf } from './text.ts'
import { kindNames, type Value } from './value.ts'
import { readYaml } from './yaml.ts'

/** A named entry with the line it begins in. */
export interface Entry<What> {
  readonly line: number
  readonly value: What
}

/** A context before cluster and user are looked up; undefined what it does not name. */
export interface ContextFields {
  readonly name: string
  readonly cluster?: string
  readonly user?: string
  readonly namespace?: string
}

/** A cluster entry as its file has it: the server may lack its scheme, or be missing. */
export type ClusterFields = Omit<ClusterEntry, 'server'> & { readonly server?: string }

export interface KubeconfigFile {
  readonly clusters: ReadonlyMap<string, Entry<ClusterFields>>
  readonly users: ReadonlyMap<string, Entry<UserEntry>>
  readonly contexts: ReadonlyMap<string, Entry<ContextFields>>
  readonly currentContext?: string
  /** What is odd in a file that is used all the same. */
  readonly warnings: readonly { readonly line: number; readonly message: string }[]
}

/**
 * One kubeconfig as kubectl decodes it. Whether each context can be used is another question.
 * @param bytes the file
 * @param path where it lies: relative paths in it are relative to its folder
 * @throws KubeconfigFault for what makes kubectl refuse the whole file
 */
export function parseKubeconfig(bytes: Uint8Array, path: string): KubeconfigFile {
  const { root, repeated } = readYaml(textOf(bytes))
  if (root.kind !== 'map' && root.kind !== 'null')
    throw new KubeconfigFault(
      `this is not a kubeconfig: it is ${kindNames[root.kind]} and not a mapping with clusters, users and contexts`,
      root.line,
    )
  const config = new Fields(root, '', 1)
  requireKind(config)
  const directory = dirname(path)
  const clusters = named(config, 'clusters', 'cluster', (name, fields) => readCluster(name, fields, directory))
  const users = named(config, 'users', 'user', (name, fields) => readUser(name, fields, directory))
  const contexts = named(config, 'contexts', 'context', readContext)
  config.map('preferences')?.flag('colors')
  checkExtensions(config.map('preferences'), config)
  const currentContext = config.text('current-context')
  const isOther = clusters.size + users.size + contexts.size === 0 && currentContext === undefined
  return {
    clusters,
    users,
    contexts,
    currentContext,
    warnings: [
      ...repeated.map(({ key, line }) => ({ line, message: `"${key}" is given twice: the last one is used` })),
      ...(isOther ? [{ line: 1, message: whyNothing(config) }] : []),
    ],
  }
}

function whyNothing({ names }: Fields): string {
  if (names.length === 0) return 'the file is empty: it has no clusters, users or contexts'
  return names.some((name) => ['clusters', 'users', 'contexts'].includes(name))
    ? 'the kubeconfig has no clusters, users or contexts'
    : 'this is not a kubeconfig: it has no clusters, users and contexts'
}

/** kubectl finds these two whatever the case of their names; the last one in alphabetical order counts. */
function requireKind(config: Fields): void {
  const found = (name: string): Value | undefined => {
    const names = config.names.filter((each) => each.toLowerCase() === name.toLowerCase()).sort()
    return names.map((each) => config.get(each)).findLast((value) => value?.kind !== 'null')
  }
  const require = (name: string, allowed: readonly string[]): void => {
    const value = found(name)
    if (!value || (value.kind === 'text' && allowed.includes(value.value))) return
    const given = 'value' in value ? String(value.value) : kindNames[value.kind]
    throw new KubeconfigFault(`this is not a kubeconfig: its ${name} is ${given} and not ${allowed[0]}`, value.line)
  }
  require('apiVersion', ['v1', '', '/v1'])
  require('kind', ['Config', ''])
}

/** The entries of a section by name. @throws KubeconfigFault for a name that is given twice, as kubectl does */
function named<What>(
  config: Fields,
  section: string,
  key: string,
  read: (name: string, fields: Fields) => What,
): Map<string, Entry<What>> {
  const entries = new Map<string, Entry<What>>()
  for (const item of config.maps(section)) {
    const name = item.text('name') ?? ''
    const fields = item.map(key) ?? new Fields(undefined, key, item.line)
    const value = read(name, fields)
    checkExtensions(fields)
    if (entries.has(name))
      throw new KubeconfigFault(`${section} has the name "${name}" twice: rename or remove one of the two`, item.line)
    entries.set(name, { line: item.line, value })
  }
  return entries
}

/** Extensions are other programs' own; their names must still be unique. */
function checkExtensions(...holders: (Fields | undefined)[]): void {
  for (const holder of holders) {
    const seen = new Set<string>()
    for (const extension of holder?.maps('extensions') ?? []) {
      const name = extension.text('name') ?? ''
      // kubectl notices a name again only where the first one holds anything.
      if (seen.has(name)) throw new KubeconfigFault(`extensions has the name "${name}" twice`, extension.line)
      if ((extension.get('extension')?.kind ?? 'null') !== 'null') seen.add(name)
    }
  }
}

/** Relative paths are relative to the kubeconfig they stand in. */
function pathIn<Given extends string | undefined>(directory: string, given: Given): Given | string {
  return given === undefined || isAbsolute(given) ? given : join(directory, given)
}

function readContext(name: string, fields: Fields): ContextFields {
  return { name, cluster: fields.text('cluster'), user: fields.text('user'), namespace: fields.text('namespace') }
}

function readCluster(name: string, fields: Fields, directory: string): ClusterFields {
  fields.flag('disable-compression')
  return {
    name,
    server: fields.text('server'),
    caFile: pathIn(directory, fields.text('certificate-authority')),
    caData: fields.bytes('certificate-authority-data')?.toString('utf8'),
    skipTlsVerify: fields.flag('insecure-skip-tls-verify'),
    tlsServerName: fields.text('tls-server-name'),
    proxyUrl: fields.text('proxy-url'),
  }
}

function readUser(name: string, fields: Fields, directory: string): UserEntry {
  const exec = fields.map('exec')
  const provider = fields.map('auth-provider')
  const groups = fields.texts('as-groups')
  const extra = fields.textsMap('as-user-extra')
  const as = { user: fields.text('as'), uid: fields.text('as-uid'), groups, extra }
  const impersonates = as.user ?? as.uid ?? groups[0] ?? Object.keys(extra)[0]
  return {
    name,
    token: fields.text('token'),
    tokenFile: pathIn(directory, fields.text('tokenFile')),
    username: fields.text('username'),
    password: fields.text('password'),
    certFile: pathIn(directory, fields.text('client-certificate')),
    certData: fields.bytes('client-certificate-data')?.toString('utf8'),
    keyFile: pathIn(directory, fields.text('client-key')),
    keyData: fields.bytes('client-key-data')?.toString('utf8'),
    exec: exec && readExec(exec, directory),
    authProvider: provider && { name: provider.text('name') ?? '', config: provider.textMap('config') },
    impersonate: impersonates === undefined ? undefined : as,
  }
}

function readExec(fields: Fields, directory: string): ExecPlugin {
  const command = fields.text('command') ?? ''
  const apiVersion = fields.text('apiVersion') ?? ''
  const isOlder = /^client\.authentication\.k8s\.io\/v1(alpha1|beta1)$/.test(apiVersion)
  return {
    apiVersion,
    // kubectl: only a command with a separator is a path; a bare name is looked up on PATH.
    command: command.includes(sep) ? pathIn(directory, command) : command,
    args: fields.texts('args'),
    env: fields.maps('env').map((pair) => ({ name: pair.text('name') ?? '', value: pair.text('value') ?? '' })),
    provideClusterInfo: fields.flag('provideClusterInfo'),
    installHint: fields.text('installHint'),
    interactiveMode: fields.text('interactiveMode') ?? (isOlder ? 'IfAvailable' : ''),
  }
}
