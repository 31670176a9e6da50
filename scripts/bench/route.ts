import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '#shared/testing/freePort.ts'
import { serviceEnvironment } from '../../server/testing/environment.ts'
import { adminPassword, startSuiteDatabase, type SuiteDatabase } from '../../server/testing/suiteDatabase.ts'
import { projectRoot } from '../setup/projectRoot.ts'
import { compare, type Ratio } from './ratio.ts'
import type { LoadPlan, LoadReport } from './routeLoad.ts'

const withTypes = ['--import', 'tsx']
const connections = 16
const seconds = 6
/** Rated in turn, so that requests at the same time do not all wait for one row. */
const tasks = 400
const rating = { score: 4, comment: 'as it should be' }

interface Server {
  readonly url: string
  readonly child: ChildProcess
}

async function start(args: readonly string[], port: number, environment: Record<string, string>): Promise<Server> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const isThere = await fetch(url).then(
      () => true,
      () => false,
    )
    if (isThere) return { url, child }
    await pause(200)
  }
  throw new Error(`Nothing listens at ${url}.`)
}

async function stop({ child }: Server): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

async function fill({ connection }: SuiteDatabase): Promise<string[]> {
  const ids = Array.from({ length: tasks }, () => randomUUID())
  await connection.tables
    .insertInto('archon_tasks')
    .values(
      ids.map((id) => ({
        id,
        title: 'Rated',
        input: 'Words.',
        model_tier: 'HAIKU' as const,
        state: 'completed' as const,
      })),
    )
    .execute()
  return ids
}

/** One run of autocannon in a process of its own. @returns requests a second; every answer was 200 */
async function shoot(url: string, token: string, ids: readonly string[]): Promise<number> {
  const plan: LoadPlan = { url, connections, seconds, ids, rating, token }
  const child = spawn(process.execPath, [...withTypes, join(import.meta.dirname, 'routeLoad.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stdin.end(JSON.stringify(plan))
  await new Promise((resolve) => child.once('exit', resolve))
  const { requests, failures } = JSON.parse(text) as LoadReport
  if (failures > 0) throw new Error(`${failures} requests to ${url} were not answered with 200.`)
  return requests
}

async function rate(url: string, token: string, id: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(`${url}/api/tasks/${id}/feedback`, {
    method: 'PUT',
    headers,
    body: JSON.stringify(rating),
  })
  return { status: response.status, body: await response.text() }
}

/** Both must answer the same, and leave the same rows. @throws when they differ */
async function expectEqual(
  { connection }: SuiteDatabase,
  ours: () => Promise<unknown>,
  theirs: () => Promise<unknown>,
): Promise<void> {
  const rows = async () => {
    const { rows: ratings } = await connection.pool.query(
      'SELECT task_id, user_id, score, comment FROM archon_feedback',
    )
    const { rows: entries } = await connection.pool.query(
      "SELECT event, actor, address, details FROM archon_audit WHERE event = 'feedback.given' ORDER BY id DESC LIMIT 1",
    )
    return JSON.stringify([ratings, entries])
  }
  const first = [JSON.stringify(await ours()), await rows()]
  const second = [JSON.stringify(await theirs()), await rows()]
  if (first.join() !== second.join()) throw new Error(`The two sides differ: ${first.join()} and ${second.join()}`)
}

/** P15: `PUT /api/tasks/:id/feedback`, authenticated, validated, audited, logged and measured, against the same work in a bare route. */
export async function benchRoute(suite = join(projectRoot, 'out/server/suite.js')): Promise<Ratio> {
  const database = await startSuiteDatabase()
  const servers: Server[] = []
  try {
    const ids = await fill(database)
    const [port, barePort] = [await freePort(), await freePort()]
    const environment = serviceEnvironment(database, {
      PORT: String(port),
      REQUESTS_PER_MINUTE: '10000000',
      DATABASE_POOL_SIZE: '8',
    })
    const ours = await start([suite, 'backend'], port, environment)
    servers.push(ours)
    const login = await fetch(`${ours.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password: adminPassword }),
    })
    const { token, userId } = (await login.json()) as { token: string; userId: string }
    const bare = [...withTypes, join(import.meta.dirname, 'bareRoute.ts'), String(barePort), userId]
    const theirs = await start(bare, barePort, environment)
    servers.push(theirs)

    const [first = ''] = ids
    await expectEqual(
      database,
      () => rate(ours.url, token, first),
      () => rate(theirs.url, token, first),
    )
    for (const { url } of servers) await shoot(url, token, ids)
    const about = {
      id: 'P15',
      measure: 'authenticated, validated, audited route against a bare Fastify route with the same five statements',
      unit: 'requests/s',
      goal: '>= 0.6x',
      note: `PUT /api/tasks/:id/feedback, ${connections} connections, ${seconds} s a run; the audit entry is committed before the answer; fsync is off, which favours the bare route`,
    }
    return await compare(
      about,
      () => shoot(ours.url, token, ids),
      () => shoot(theirs.url, token, ids),
    )
  } finally {
    await Promise.all(servers.map(stop))
    await database.stop()
  }
}
