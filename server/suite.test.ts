import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build as bundle } from 'esbuild'
import { build as buildPage } from 'vite'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { freePort } from '#shared/testing/freePort.ts'
import { databaseGap } from './database/migrate.ts'
import { migrations } from './database/migrations/index.ts'
import { findTasks, submitTask } from './database/tasks.ts'
import { serviceEnvironment } from './testing/environment.ts'
import { adminPassword, startSuiteDatabase, type SuiteDatabase } from './testing/suiteDatabase.ts'
import { until } from './testing/until.ts'

const repository = join(import.meta.dirname, '..')

let folder: string
let database: SuiteDatabase
const children: ChildProcess[] = []

interface Service {
  readonly child: ChildProcess
  readonly output: () => string
  readonly ended: Promise<number | null>
}

beforeAll(async () => {
  // Inside the repository: the bundle finds its packages in node_modules above it.
  mkdirSync(join(repository, 'out'), { recursive: true })
  folder = mkdtempSync(join(repository, 'out/suite-test-'))
  const source = join(repository, 'server/main.ts')
  const outfile = join(folder, 'suite.js')
  await bundle({
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
  })
  const configFile = join(repository, 'server/frontend/page/vite.config.ts')
  await buildPage({ configFile, logLevel: 'error', build: { outDir: join(folder, 'frontend') } })
  database = await startSuiteDatabase({ isMigrated: false })
})
afterEach(async () => {
  const all = children.splice(0)
  for (const child of all) child.kill('SIGKILL')
  await until(() => all.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null), Boolean)
})
afterAll(async () => {
  await database?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function start(service: string, environment: Record<string, string>): Service {
  const child = spawn(process.execPath, [join(folder, 'suite.js'), service], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let written = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (written += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, output: () => written, ended }
}

it('migrates as a job that ends, and does nothing more the second time', async () => {
  for (const applied of [migrations.length, 0]) {
    const job = start('migrate', serviceEnvironment(database))
    expect([await job.ended, job.output()]).toEqual([0, expect.stringContaining('the database is at this release')])
    const last = JSON.parse(job.output().trim().split('\n').at(-1) ?? '{}') as { applied: string[] }
    expect(last.applied).toHaveLength(applied)
  }
  expect(await databaseGap(database.connection.tables)).toBeUndefined()
})

it.each(['reembed', 'rotate-encryption-key'])('runs the job %s from the bundle to its end', async (name) => {
  const job = start(name, serviceEnvironment(database))
  expect([await job.ended, job.output()]).toEqual([0, expect.any(String)])
})

it('runs every service from one bundle: a task submitted through the page is finished, and SIGTERM ends all in order', async () => {
  const names = ['backend', 'mcp', 'agents', 'frontend'] as const
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const)))
  const backend = `http://127.0.0.1:${ports.backend ?? 0}`
  const services = names.map((name) =>
    start(
      name,
      serviceEnvironment(database, {
        PORT: String(ports[name]),
        BACKEND_URL: backend,
        OFFLINE_MODEL_MILLISECONDS: '10',
      }),
    ),
  )
  for (const [index, name] of names.entries()) {
    const ready = () =>
      fetch(`http://127.0.0.1:${ports[name] ?? 0}/ready`).then(
        ({ status }) => status,
        () => services[index]?.output(),
      )
    await until(ready, (status) => status === 200)
    expect((await fetch(`http://127.0.0.1:${ports[name] ?? 0}/health`)).status).toBe(200)
    expect(await (await fetch(`http://127.0.0.1:${ports[name] ?? 0}/metrics`)).text()).toContain(`service="${name}"`)
  }
  const page = `http://127.0.0.1:${ports.frontend ?? 0}`
  expect(await (await fetch(page)).text()).toContain('<div id="root">')
  const send = async (path: string, body: object, token = '') => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    return (await fetch(page + path, { method: 'POST', headers, body: JSON.stringify(body) })).json() as Promise<
      Record<string, string>
    >
  }
  const { token = '' } = await send('/api/auth/login', { name: 'admin', password: adminPassword })
  const { id = '' } = await send('/api/tasks', { title: 'Through the page', input: 'Words to count.' }, token)
  const read = async () => {
    const response = await fetch(`${page}/api/tasks/${id}`, { headers: { authorization: `Bearer ${token}` } })
    return ((await response.json()) as { state: string }).state
  }
  await until(read, (state) => state === 'completed')
  for (const { child } of services) child.kill('SIGTERM')
  for (const service of services)
    expect([await service.ended, service.output()]).toEqual([0, expect.stringContaining('"closed"')])
  for (const service of services) {
    for (const line of service.output().trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow()
    expect(service.output()).not.toContain(adminPassword)
  }
})

it('finishes a task once whose worker was killed in the middle', async () => {
  const { tables } = database.connection
  const user = await tables.selectFrom('archon_users').select('id').executeTakeFirstOrThrow()
  const words = { title: 'Killed', input: 'Words to count.', modelTier: 'HAIKU' as const, priority: 0 }
  const { id } = await submitTask(tables, { ...words, submittedBy: user.id })
  const read = async () => (await findTasks(tables, [id]))[0]
  const environment = async (milliseconds: string) =>
    serviceEnvironment(database, {
      PORT: String(await freePort()),
      OFFLINE_MODEL_MILLISECONDS: milliseconds,
      TASK_LEASE_SECONDS: '2',
    })
  const slow = start('agents', await environment('60000'))
  await until(read, (task) => task?.state === 'running')
  slow.child.kill('SIGKILL')
  await slow.ended
  start('agents', await environment('10'))
  await until(read, (task) => task?.state === 'completed')
  const costs = await tables.selectFrom('archon_cost_tracking').select('id').where('task_id', '=', id).execute()
  expect(costs).toHaveLength(1)
})

it('refuses to start with a wrong environment and names the variable, or without a name of a service', async () => {
  const unnamed = start('backend', { ...serviceEnvironment(database), JWT_SECRET: '' })
  expect(await unnamed.ended).toBe(78)
  expect(unnamed.output()).toContain('JWT_SECRET: is not set')
  const unknown = start('everything', {})
  expect(await unknown.ended).toBe(64)
  expect(unknown.output()).toContain('backend, mcp, agents, frontend, migrate')
})
