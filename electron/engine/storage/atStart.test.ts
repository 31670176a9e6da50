import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StartOrder, StartReport } from '../testing/startChild.ts'

// Each condition is a data directory of its own; one process starts a real engine on each in turn, as a user without rights of root.
const isRoot = process.getuid?.() === 0
const nobody = 65534

const conditions: Record<string, (path: string) => void> = {
  empty: (path) => writeFileSync(path, ''),
  truncated: (path) => writeFileSync(path, '{"sequence":1,"environments":{"a'),
  garbage: (path) => writeFileSync(path, Buffer.from('fe00c3288080ff7b7b', 'hex')),
  'NUL bytes': (path) => writeFileSync(path, Buffer.alloc(4096)),
  'wrong JSON type': (path) => writeFileSync(path, '[1,"two",null]\n'),
  huge: (path) => {
    writeFileSync(path, '')
    truncateSync(path, 400 * 1024 * 1024)
  },
  'a folder': (path) => mkdirSync(path),
  'a pipe': (path) => void execFileSync('mkfifo', [path]),
  'a device': (path) => symlinkSync('/dev/zero', path),
  'a dangling link': (path) => symlinkSync(join(dirname(path), 'nowhere'), path),
  'a loop of links': (path) => symlinkSync(path, path),
  'without permission': (path) => writeFileSync(path, '{}', { mode: 0 }),
}

const journal = '0lz0000000-0001-00000000.jsonl'
const suite = join('restores', 'x-00000000', 'y-00000000')
const files = [
  'settings.json',
  'clusters.json',
  'console-id',
  'engine.lock',
  'audit/audit.head',
  'audit/audit.jsonl',
  'audit/checkpoints.jsonl',
  'audit/checkpoint-key.json',
  'tasks/step-durations.json',
  `tasks/current/${journal}`,
  `tasks/history/${journal}`,
  join(suite, '20261130T120000000Z-abcd.jsonl'),
]
/** What stands where a folder belongs. */
const folders = [
  'audit',
  'backups',
  'restores',
  'tasks',
  'tasks/current',
  'tasks/history',
  'restores/x-00000000',
  'terminals',
]
const asFolder = ['empty', 'a pipe', 'a device', 'a dangling link', 'a loop of links']

/** Conditions that say nothing is wrong: a file that is a sound beginning, or nothing that is missed. */
const silent = new Set([
  // A stale lock is taken over, whatever is in it.
  ...['empty', 'truncated', 'garbage', 'NUL bytes', 'wrong JSON type', 'huge', 'without permission'].map(
    (each) => `engine.lock ${each}`,
  ),
  // Lines that say nothing in a log of lines: verifying the log tells.
  ...['empty', 'truncated', 'garbage', 'NUL bytes', 'wrong JSON type', 'huge'].map(
    (each) => `audit/audit.jsonl ${each}`,
  ),
  ...['empty', 'truncated', 'garbage', 'NUL bytes', 'wrong JSON type'].map((each) => `audit/checkpoints.jsonl ${each}`),
])

let root: string
const orders: StartOrder[] = []
let reports: Map<string, StartReport>

function order(name: string, make: (directory: string) => Partial<StartOrder> | undefined): void {
  const directory = join(root, String(orders.length))
  mkdirSync(directory)
  const more = make(directory)
  orders.push({ name, directory, ...more })
}

function prepare(): void {
  for (const file of files)
    for (const [condition, make] of Object.entries(conditions))
      order(`${file} ${condition}`, (directory) => {
        mkdirSync(dirname(join(directory, file)), { recursive: true })
        make(join(directory, file))
        return undefined
      })
  for (const folder of folders)
    for (const condition of asFolder)
      order(`${folder} instead of a folder: ${condition}`, (directory) => {
        mkdirSync(dirname(join(directory, folder)), { recursive: true })
        conditions[condition]?.(join(directory, folder))
        return undefined
      })
  for (const place of ['environment', 'settings'])
    for (const [condition, make] of Object.entries(conditions))
      order(`kubeconfig of the ${place} ${condition}`, (directory) => {
        const path = join(directory, 'kubeconfig')
        make(path)
        if (place === 'environment') return { kubeconfig: path }
        writeFileSync(join(directory, 'settings.json'), JSON.stringify({ kubeconfigFiles: [path] }))
        return undefined
      })
  order('kubeconfig under a file', (directory) => {
    writeFileSync(join(directory, 'file'), '')
    return { kubeconfig: join(directory, 'file', 'config') }
  })
  order('kubeconfig with a name too long', (directory) => ({ kubeconfig: join(directory, 'x'.repeat(400)) }))
  order('kubeconfig in a folder without access', (directory) => {
    mkdirSync(join(directory, 'closed'))
    writeFileSync(join(directory, 'closed', 'config'), '')
    chmodSync(join(directory, 'closed'), 0)
    return { kubeconfig: join(directory, 'closed', 'config') }
  })
  for (const field of ['certificate-authority', 'client-certificate', 'tokenFile'])
    for (const condition of ['a folder', 'a pipe', 'a device', 'a loop of links', 'huge', 'without permission'])
      order(`${field} ${condition}`, (directory) => {
        conditions[condition]?.(join(directory, 'named'))
        writeFileSync(join(directory, 'kubeconfig'), kubeconfigNaming(field))
        return { kubeconfig: join(directory, 'kubeconfig'), checks: true }
      })
  for (const setting of ['HOME', 'SHELL', 'PATH'])
    order(`${setting} that does not exist`, () => ({ variables: { [setting]: '/does/not/exist' } }))
}

const kubeconfigNaming = (field: string) => {
  const cluster = field === 'certificate-authority' ? `, ${field}: named` : ''
  const pair = field === 'client-certificate' ? ', client-key: named' : ''
  const user = field === 'certificate-authority' ? 'token: abc' : `${field}: named${pair}`
  return `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: 'https://127.0.0.1:9'${cluster} } }]
users: [{ name: u, user: { ${user} } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
`
}

async function run(): Promise<Map<string, StartReport>> {
  // The user must own what it starts on.
  if (isRoot) execFileSync('chown', ['-R', '-h', `${nobody}:${nobody}`, root])
  const closed = orders.find(({ name }) => name === 'read-only')?.directory ?? ''
  if (isRoot) execFileSync('chown', ['root:root', closed])
  chmodSync(closed, 0o555)
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, '../testing/startChild.ts')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(isRoot && { uid: nobody, gid: nobody }),
    env: { ...process.env, HOME: root, TERM: 'xterm', TSX_DISABLE_CACHE: '1' },
  })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)))
  child.stdin.end(JSON.stringify(orders))
  // One that hangs fails by name instead of by the test's own limit.
  const hanging = setTimeout(() => child.kill('SIGKILL'), 120_000)
  await new Promise((resolve) => child.once('close', resolve))
  clearTimeout(hanging)
  const lines = output.split('\n').filter((line) => line.startsWith('{'))
  if (lines.length !== orders.length)
    throw new Error(
      `The process ended after "${orders[lines.length - 1]?.name}", at "${orders[lines.length]?.name}": ${errors}`,
    )
  return new Map(lines.map((line) => JSON.parse(line) as StartReport).map((report) => [report.name, report]))
}

describe.runIf(process.platform === 'linux')('an engine starts, answers, and names what it set aside', () => {
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'console-start-'))
    prepare()
    order('read-only', (directory) => {
      for (const file of files.slice(0, 4)) writeFileSync(join(directory, file), '{"')
      return {}
    })
    order('closed to its owner', (directory) => {
      chmodSync(directory, 0)
      return {}
    })
    reports = await run()
  })
  afterAll(() => {
    execFileSync('chmod', ['-R', 'u+rwX', root])
    rmSync(root, { recursive: true, force: true })
  })

  it('under at least 60 conditions', () => {
    expect(reports.size).toBeGreaterThan(200)
    for (const report of reports.values())
      expect({ name: report.name, answers: report.answers }).toEqual({ name: report.name, answers: true })
  })

  it.each(files)('%s', (file) => {
    for (const condition of Object.keys(conditions)) {
      const name = `${file} ${condition}`
      const report = reports.get(name)
      const [problem] = report?.problems ?? []
      if (silent.has(name)) expect({ name, problems: report?.problems }).toEqual({ name, problems: [] })
      else
        expect({ name, path: problem?.path, keptAs: problem?.keptAs }).toEqual({
          name,
          path: join(report?.directory ?? '', file),
          keptAs: expect.stringContaining(`${file}.unreadable-`) as string,
        })
      expect({ name, writes: report?.writes }).toEqual({ name, writes: 'done' })
    }
  })

  it('what stands where a folder belongs', () => {
    for (const folder of folders.filter((each) => each !== 'terminals' && each !== 'restores/x-00000000'))
      for (const condition of asFolder) {
        const report = reports.get(`${folder} instead of a folder: ${condition}`)
        expect({ folder, condition, problem: report?.problems[0]?.keptAs, writes: report?.writes }).toEqual({
          folder,
          condition,
          problem: expect.stringContaining(`${folder}.unreadable-`) as string,
          writes: 'done',
        })
      }
  })

  it('kubeconfigs, each named with its reason', () => {
    const named = [...reports.values()].filter(({ name }) => name.startsWith('kubeconfig'))
    expect(named.length).toBeGreaterThan(20)
    for (const { name, kubeconfigs } of named) {
      const isAbsent = name === 'kubeconfig of the environment a dangling link'
      if (!isAbsent)
        expect({ name, path: kubeconfigs[0]?.path }).toEqual({ name, path: expect.stringMatching(/^\//) as string })
    }
  })

  // A link that leads out of the kubeconfig's folder asks before it is read, and the person said no.
  it('credential files, each named with its reason', () => {
    for (const { name, faults } of [...reports.values()].filter(({ checks }) => checks))
      expect({ name, faults }).toEqual({
        name,
        faults: [expect.stringMatching(/named.*(cannot be read|is not|folder|permission|not allowed)/) as string],
      })
  })

  it.runIf(isRoot)('in a folder that cannot be written, saying that nothing can be saved', () => {
    const report = reports.get('read-only')
    expect(report?.problems.map(({ message }) => message).join(' ')).toContain('nothing can be saved')
    expect(report?.writes).toBe('STORAGE_FAILED')
  })

  it('in a folder that its owner closed by mistake, which is opened again', () => {
    expect(reports.get('closed to its owner')).toMatchObject({ writes: 'done', problems: [] })
  })
})
