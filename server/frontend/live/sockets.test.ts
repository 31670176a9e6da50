import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trimEvents } from '../../database/events.ts'
import { captureLog, serviceEnvironment } from '../../testing/environment.ts'
import { databaseName, startSuiteDatabase, type SuiteDatabase } from '../../testing/suiteDatabase.ts'
import { until } from '../../testing/until.ts'
import { buildFrontend } from '../app.ts'
import { readFrontendConfiguration } from '../configuration.ts'
import { connectListener, listen, type Listener } from './testing/listener.ts'
import { signedInPerson, type Person } from './testing/people.ts'

let database: SuiteDatabase
let frontend: FastifyInstance
let page: string
let address: string
let person: Person
const log = captureLog()

beforeAll(async () => {
  database = await startSuiteDatabase()
  page = mkdtempSync(join(tmpdir(), 'suite-page-'))
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>Agency Swarm</title>')
  const environment = serviceEnvironment(database, { BACKEND_URL: 'http://127.0.0.1:1' })
  frontend = buildFrontend(readFrontendConfiguration(environment), { pageDirectory: page, logStream: log })
  address = await frontend.listen({ host: '127.0.0.1', port: 0 })
  person = await signedInPerson(database.connection.tables)
})
afterAll(async () => {
  await frontend?.close()
  await database?.stop()
  rmSync(page, { recursive: true, force: true })
})

const tables = () => database.connection.tables
const subscribe = async (topics: string[], since?: string, who = person) =>
  listen(address, { token: await who.token(), topics, since })
const addTask = async (title: string, submittedBy: string | null = null, input = 'words') => {
  const values = { title, input, model_tier: 'HAIKU' as const, submitted_by: submittedBy }
  return (await tables().insertInto('archon_tasks').values(values).returning('id').executeTakeFirstOrThrow()).id
}
const hasTold = (listener: Listener, id: string) =>
  until(
    () => listener.changed(),
    (ids) => ids.includes(id),
  )
const metric = async (name: string) => {
  const { body } = await frontend.inject({ url: '/metrics' })
  return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(body)?.[1])
}

describe('topics', () => {
  it('begin with their rows and continue with changes, each row once even when two topics show it', async () => {
    const before = await addTask('before')
    const listener = await subscribe(['agents', 'tasks', `task:${before}`])
    const rows = (topic: string) => listener.messages.find((message) => message.topic === topic)?.rows
    expect(rows('agents')).toHaveLength(6)
    expect(rows('tasks')?.map(({ id }) => id)).toContain(before)
    expect(rows(`task:${before}`)).toHaveLength(1)
    await tables().updateTable('archon_tasks').set({ state: 'running' }).where('id', '=', before).execute()
    const after = await addTask('after')
    await hasTold(listener, after)
    expect(listener.changed()).toEqual([before, after])
    await listener.close()
  })

  it('tell of agents, knowledge and costs to those who asked for them, and of nothing else', async () => {
    const listener = await subscribe(['costs', 'knowledge'])
    const taskId = await addTask('dear')
    const cost = {
      task_id: taskId,
      model_tier: 'HAIKU' as const,
      model: 'm',
      input_tokens: 1,
      output_tokens: 1,
      cost: '0.25',
    }
    await tables().insertInto('archon_cost_tracking').values(cost).execute()
    await until(
      () => listener.changed('cost'),
      (ids) => ids.length === 1,
    )
    const document = await tables().selectFrom('archon_agent_knowledge').select('id').executeTakeFirstOrThrow()
    await tables().deleteFrom('archon_agent_knowledge').where('id', '=', document.id).execute()
    await hasTold(listener, document.id)
    expect(listener.changed('task')).toEqual([])
    const gone = listener.messages.flatMap(({ changes = [] }) => changes).find(({ kind }) => kind === 'knowledge')
    expect(gone?.row).toBeNull()
    await listener.close()
  })

  it('of one user hold the tasks of that user alone', async () => {
    const other = await signedInPerson(tables())
    const [mine, theirs] = await Promise.all([subscribe(['tasks:mine']), subscribe(['tasks:mine'], undefined, other)])
    const [myTask, theirTask] = [await addTask('mine', person.userId), await addTask('theirs', other.userId)]
    await Promise.all([hasTold(mine, myTask), hasTold(theirs, theirTask)])
    expect([mine.changed(), theirs.changed()]).toEqual([[myTask], [theirTask]])
    await Promise.all([mine.close(), theirs.close()])
  })

  it('that are not there are refused, whatever they look like; the others are given', async () => {
    const listener = connectListener(address)
    const names = ['sessions', 'users', 'task:*', 'tasks:' + person.userId, '__proto__', 'toString', 'agents']
    listener.send({ type: 'authenticate', token: await person.token() })
    listener.send({ type: 'subscribe', topics: names })
    await until(
      () => listener.messages,
      (messages) => messages.some(({ type }) => type === 'snapshot'),
    )
    expect(listener.messages.filter(({ type }) => type === 'refused').map(({ topic }) => topic)).toEqual(
      names.slice(0, -1),
    )
    expect(listener.messages.find(({ type }) => type === 'subscribed')?.topics).toEqual(['agents'])
    await listener.close()
  })

  it('end with unsubscribe, and one that is added later has its rows and loses no change of the others', async () => {
    const listener = await subscribe(['agents', 'tasks'])
    listener.send({ type: 'unsubscribe', topics: ['agents'] })
    listener.send({ type: 'subscribe', topics: ['knowledge'] })
    const tasks: string[] = []
    for (let index = 0; index < 20; index += 1) tasks.push(await addTask(`meanwhile ${index}`))
    await until(
      () => listener.messages,
      (messages) => messages.some(({ topic }) => topic === 'knowledge'),
    )
    await tables().updateTable('archon_agents_v3').set({ tasks_failed: 7 }).execute()
    tasks.push(await addTask('last'))
    await hasTold(listener, tasks.at(-1) ?? '')
    expect(listener.changed()).toEqual(tasks)
    await listener.close()
  })
})

describe('a last id', () => {
  it('that is too old, of another database or no id at all is answered with fresh rows, and the client is told', async () => {
    const early = await subscribe(['tasks'])
    const since = early.lastId() ?? ''
    await early.close()
    await addTask('will be trimmed')
    await trimEvents(tables())
    await tables()
      .updateTable('archon_events')
      .set({ recorded_at: new Date(Date.now() - 2 * 3_600_000) })
      .execute()
    await trimEvents(tables())
    for (const id of [since, since.replace(/^..../, 'abcd'), 'nonsense']) {
      const listener = await subscribe(['tasks'], id)
      expect(listener.messages.find(({ type }) => type === 'subscribed')).toMatchObject({ isResumed: false })
      expect(listener.messages.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
      await listener.close()
    }
  })
})

describe('signing in on a socket', () => {
  it('needs a valid token in the first message, and our own page', async () => {
    const refused = async (first: object | undefined, options: { origin?: string } = {}) => {
      const listener = connectListener(address, options)
      if (first !== undefined) listener.send(first)
      const [code] = await listener.closed
      expect(listener.messages).toEqual([])
      return code
    }
    const token = await person.token()
    expect(await refused({ type: 'authenticate', token: 'no.valid.token' })).toBe(4401)
    expect(await refused({ type: 'hello' })).toBe(4401)
    expect(await refused({ type: 'subscribe', topics: ['tasks'] })).toBe(4401)
    expect(await refused(undefined)).toBe(4401)
    expect(await refused({ type: 'authenticate', token }, { origin: 'https://evil.example.com' })).toBe(-1)
  })

  it('ends with the token; a fresh one of the same user on the same socket continues', async () => {
    const listener = connectListener(address)
    listener.send({ type: 'authenticate', token: await person.token(2) })
    listener.send({ type: 'subscribe', topics: ['tasks'] })
    listener.send({ type: 'authenticate', token: await person.token(4) })
    expect(await listener.closed).toEqual([4401, 'the token has expired'])
    const [first = 0, second = 0] = listener.messages.map(({ expiresAt = 0 }) => expiresAt).filter((at) => at > 0)
    // Not when the first token ended, but when the second did.
    expect(second).toBeGreaterThan(first)
    expect(Date.now() / 1000).toBeGreaterThan(second - 1)
  })

  it('is not handed over to another user', async () => {
    const listener = await subscribe(['tasks:mine'])
    listener.send({ type: 'authenticate', token: await (await signedInPerson(tables())).token() })
    expect((await listener.closed)[0]).toBe(4401)
  })

  it('ends when the session is ended, at once for open sockets and for good for its tokens', async () => {
    const leaver = await signedInPerson(tables())
    const open = await subscribe(['tasks'], undefined, leaver)
    const other = await subscribe(['tasks'])
    await tables()
      .updateTable('archon_sessions')
      .set({ revoked_at: new Date() })
      .where('id', '=', leaver.sessionId)
      .execute()
    expect(await open.closed).toEqual([4401, 'the session has ended'])
    const late = connectListener(address)
    late.send({ type: 'authenticate', token: await leaver.token() })
    expect((await late.closed)[0]).toBe(4401)
    await hasTold(other, await addTask('others continue'))
    await other.close()
  })
})

describe('clients that do not behave', () => {
  it('a slow one is dropped with a code of its own, while the others are told everything', async () => {
    const [slow, quick] = await Promise.all([subscribe(['tasks']), subscribe(['tasks'])])
    slow.socket.pause()
    const large = 'x'.repeat(200_000)
    const ids: string[] = []
    await until(
      async () => {
        ids.push(await addTask('large', null, large))
        return metric('websocket_slow_clients_total')
      },
      (dropped) => dropped === 1,
    )
    slow.socket.resume()
    expect(await slow.closed).toEqual([4408, 'too slow'])
    await hasTold(quick, ids.at(-1) ?? '')
    expect(quick.changed()).toEqual(ids)
    await until(
      () => metric('websocket_connections'),
      (open) => open === 1,
    )
    // It may come back and continue where it was.
    const back = await subscribe(['tasks'], slow.lastId())
    expect([...slow.changed(), ...back.changed()].sort()).toEqual([...ids].sort())
    await Promise.all([quick.close(), back.close()])
  })

  it('one that sends nonsense or floods is closed, and the service is well', async () => {
    const nonsense = await subscribe(['agents'])
    nonsense.socket.send('{')
    expect((await nonsense.closed)[0]).toBe(4400)
    const flooding = await subscribe(['agents'])
    for (let index = 0; index < 500; index += 1) flooding.send({ type: 'subscribe', topics: [`task:${person.userId}`] })
    expect((await flooding.closed)[0]).toBe(4429)
    expect((await frontend.inject({ url: '/health' })).statusCode).toBe(200)
  })
})

it('after the database was swapped for another by name, clients get everything again and live on', async () => {
  const listener = await subscribe(['tasks'])
  const snapshots = () => listener.messages.filter(({ type }) => type === 'snapshot').length
  await database.maintain(
    `ALTER DATABASE ${databaseName} ALLOW_CONNECTIONS false`,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${databaseName}'`,
    `CREATE DATABASE restored TEMPLATE ${databaseName}`,
    `ALTER DATABASE ${databaseName} RENAME TO before_restore`,
    `ALTER DATABASE restored RENAME TO ${databaseName}`,
    `ALTER DATABASE ${databaseName} ALLOW_CONNECTIONS true`,
  )
  await until(snapshots, (count) => count === 2)
  await hasTold(
    listener,
    await until(
      () => addTask('after the swap').catch(() => ''),
      (id) => id !== '',
    ),
  )
  await listener.close()
  expect(log.text()).not.toContain(await person.token())
})
