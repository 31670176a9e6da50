import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { judges } from '#shared/testing/judges.ts'
import type { KubeContext } from '../types.ts'
import { parseKubeconfig } from './file.ts'
import { loadKubeconfigs } from './load.ts'
import { decodeCases, type Case } from '../../testing/kubeconfigs/decodeCases.ts'
import { useCases } from '../../testing/kubeconfigs/useCases.ts'

/** What `kubectl config view -o json` prints, as far as it is compared. */
interface View {
  clusters: { name: string; cluster: Record<string, unknown> }[] | null
  users: { name: string; user: Record<string, unknown> }[] | null
  contexts: { name: string; context: { cluster?: string; user?: string; namespace?: string } }[] | null
  'current-context': string
}

let kubectl: string
let folder: string
beforeAll(async () => {
  kubectl = (await judges()).kubectl
  folder = mkdtempSync(join(tmpdir(), 'console-judged-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(args: string[], kubeconfig: string): Promise<{ ok: boolean; output: string; errors: string }> {
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig }
  return new Promise((resolve) => {
    const child = execFile(kubectl, args, { env, maxBuffer: 1 << 24 }, (error, output, errors) =>
      resolve({ ok: !error, output, errors }),
    )
    child.stdin?.end()
  })
}

/** Runs four at a time: each is a process of its own. */
async function fourAtATime<Item>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const queue = [...items.entries()]
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next[1], next[0])
  }
  await Promise.all([worker(), worker(), worker(), worker()])
}

function written({ files }: Case, index: number): string[] {
  const place = join(folder, String(index))
  mkdirSync(place)
  return files.map((content, number) => {
    const path = join(place, `config-${number}`)
    writeFileSync(path, content)
    return path
  })
}

const parses = (content: string | Buffer): boolean => {
  try {
    parseKubeconfig(Buffer.from(content as string), '/config')
    return true
  } catch {
    return false
  }
}

const encoded = (text: string | undefined): string | undefined => text && Buffer.from(text).toString('base64')

/** A context in the words of a kubeconfig; what is absent, empty or false is left out, as kubectl leaves it out. */
function ours({ name, namespace, cluster, user, isCurrent }: KubeContext): unknown {
  const { exec, impersonate, authProvider } = user
  return compact({
    name,
    namespace,
    isCurrent,
    cluster: compact({
      server: cluster.server,
      'certificate-authority': cluster.caFile,
      'certificate-authority-data': encoded(cluster.caData),
      'insecure-skip-tls-verify': cluster.skipTlsVerify,
      'tls-server-name': cluster.tlsServerName,
      'proxy-url': cluster.proxyUrl,
    }),
    user: compact({
      token: user.token,
      tokenFile: user.tokenFile,
      username: user.username,
      password: user.password,
      'client-certificate': user.certFile,
      'client-certificate-data': encoded(user.certData),
      'client-key': user.keyFile,
      'client-key-data': encoded(user.keyData),
      as: impersonate?.user,
      'as-uid': impersonate?.uid,
      'as-groups': impersonate?.groups,
      'as-user-extra': impersonate?.extra,
      'auth-provider': authProvider,
      exec: exec && compact({ ...exec }),
    }),
  })
}

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0)

const compact = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isNothing(value)))

/** Fields that change nothing about a connection from here. */
const passedOver = ['extensions', 'disable-compression']
/** `config view` prints these as they stand; a connection takes them from the folder of the file. */
const pathFields = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']

function theirs(view: View, name: string, folder: string): unknown {
  const context = view.contexts?.find((each) => each.name === name)?.context
  const { exec, ...user } = view.users?.find((each) => each.name === context?.user)?.user ?? {}
  const cluster = view.clusters?.find((each) => each.name === context?.cluster)?.cluster ?? {}
  for (const field of passedOver) Reflect.deleteProperty(cluster, field)
  for (const fields of [cluster, user])
    for (const field of pathFields)
      if (typeof fields[field] === 'string') fields[field] = resolve(folder, fields[field])
  const program = exec as { command: string } | undefined
  if (program?.command.includes('/')) program.command = resolve(folder, program.command)
  return compact({
    name,
    namespace: context?.namespace,
    isCurrent: view['current-context'] === name,
    cluster: compact(cluster),
    user: compact({ ...user, exec: program && compact({ ...program }) }),
  })
}

it('reads what kubectl reads and refuses what it refuses', async () => {
  const disagreements: unknown[] = []
  const needless: string[] = []
  await fourAtATime(decodeCases, async (each, index) => {
    const paths = written(each, index)
    const { ok, output, errors } = await run(['config', 'view', '--raw', '-o', 'json'], paths.join(delimiter))
    const { contexts, problems } = loadKubeconfigs(paths.map((path) => ({ path, kind: 'user' })))
    const view = ok ? (JSON.parse(output) as View) : undefined
    const mine = { accepted: each.files.every(parses), contexts: contexts.map(ours) }
    const yours = {
      accepted: ok,
      contexts: view ? contexts.map(({ name }) => theirs(view, name, dirname(paths[0] ?? ''))) : [],
    }
    if (!ok && each.differs === undefined && !problems.some(({ line }) => line !== undefined))
      disagreements.push({ ...each, without: 'a line', problems })
    const agrees = isEqual(mine, yours)
    if (each.differs === undefined && !agrees) disagreements.push({ ...each, mine, yours, errors, problems })
    if (each.differs !== undefined && agrees) needless.push(each.what)
  })
  expect(disagreements).toEqual([])
  expect(needless).toEqual([])
  expect(decodeCases.length).toBeGreaterThan(200)
})

/** How kubectl ends once it has taken the kubeconfig, where nothing listens and no program is found. */
const dialled =
  /was refused|connection refused|no such host|invalid port|unsupported protocol scheme|executable \S+ not found|Please enter Username/

it('connects by the contexts by which kubectl connects, and says of the others why not', async () => {
  const disagreements: unknown[] = []
  const needless: string[] = []
  await fourAtATime(useCases, async ({ what, file, differs }, index) => {
    const [path = ''] = written({ what, files: [file] }, decodeCases.length + index)
    const { errors, output } = await run(
      ['get', '--raw', '/version', '--context', 'x', '--request-timeout', '5s'],
      path,
    )
    const { contexts, problems } = loadKubeconfigs([{ path, kind: 'user' }])
    const agrees = dialled.test(errors + output) === (contexts.length === 1)
    const isTold = contexts.length === 1 ? problems.length === 0 : problems.every(({ line }) => line !== undefined)
    if ((differs === undefined && !agrees) || !isTold) disagreements.push({ what, file, errors, contexts, problems })
    if (differs !== undefined && agrees) needless.push(what)
  })
  expect(disagreements).toEqual([])
  expect(needless).toEqual([])
})

function isEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).toEqual(b)
    return true
  } catch {
    return false
  }
}
