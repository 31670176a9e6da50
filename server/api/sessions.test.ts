import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEncryption } from '../common/encryption.ts'
import { readSecret } from '../database/secrets.ts'
import { pauseAfter } from '../database/signIns.ts'
import { startApi, untilRefused, type ApiFixture, type SignedIn } from '../testing/apiFixture.ts'
import { encryptionKey } from '../testing/environment.ts'
import { adminPassword } from '../testing/suiteDatabase.ts'
import { until } from '../testing/until.ts'

let fixture: ApiFixture
let replica: FastifyInstance
let admin: SignedIn
let address = 1

beforeAll(async () => {
  fixture = await startApi({ TRUSTED_PROXIES: '127.0.0.1' })
  replica = await fixture.startReplica()
  admin = await fixture.signIn()
})
afterAll(() => fixture?.stop())

const post = (url: string, payload: Record<string, unknown>, headers: Record<string, string> = {}) =>
  fixture.app.inject({ method: 'POST', url, payload, headers })
const refresh = (refreshToken: string) => post('/api/auth/refresh', { refreshToken })
/** Each attempt from an address of its own, as a botnet makes them. */
const guess = (name: string, password: string, from = `10.0.${(address += 1) >> 8}.${address & 255}`) =>
  post('/api/auth/login', { name, password }, { 'x-forwarded-for': from })
const events = async (event: string) => {
  const { rows } = await fixture.database.connection.pool.query('SELECT 1 FROM archon_audit WHERE event = $1', [event])
  return rows.length
}

describe('refresh tokens', () => {
  it('are exchanged one after the other, and stored as hashes alone', async () => {
    let session = await fixture.signIn()
    for (let turn = 0; turn < 3; turn += 1) {
      const next = (await refresh(session.refreshToken)).json<SignedIn>()
      expect(next).toMatchObject({ sessionId: session.sessionId, name: 'admin' })
      expect(next.refreshToken).not.toBe(session.refreshToken)
      session = next
    }
    const { rows } = await fixture.database.connection.pool.query('SELECT * FROM archon_refresh_tokens')
    expect(JSON.stringify(rows)).not.toContain(session.refreshToken)
    expect(fixture.log.text()).not.toContain(session.refreshToken)
  })

  it('survive a lost answer once: the repeated exchange works, and the token of the lost answer does not', async () => {
    const session = await fixture.signIn()
    const lost = (await refresh(session.refreshToken)).json<SignedIn>()
    const repeated = await refresh(session.refreshToken)
    expect(repeated.statusCode).toBe(200)
    expect((await refresh(lost.refreshToken)).statusCode).toBe(401)
    await untilRefused(fixture, repeated.json<SignedIn>().token)
  })

  it('end the session, in the audit log, when one is used a second time after its successor was', async () => {
    const before = await events('session.refresh-token-reused')
    const session = await fixture.signIn()
    const second = (await refresh(session.refreshToken)).json<SignedIn>()
    const third = (await refresh(second.refreshToken)).json<SignedIn>()
    expect((await refresh(session.refreshToken)).statusCode).toBe(401)
    expect(await events('session.refresh-token-reused')).toBe(before + 1)
    expect((await refresh(third.refreshToken)).statusCode).toBe(401)
    await untilRefused(fixture, third.token)
  })

  it('leave one live token when many exchange the same at once', async () => {
    const session = await fixture.signIn()
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(session.refreshToken)))
    const statuses = answers.map(({ statusCode }) => statusCode)
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(2)
    expect(statuses.every((status) => status === 200 || status === 401)).toBe(true)
    // Whoever held it a third time has ended the session for all.
    for (const answer of answers.filter(({ statusCode }) => statusCode === 200))
      expect((await refresh(answer.json<SignedIn>().refreshToken)).statusCode).toBe(401)
  })

  it('travel as a cookie that scripts cannot read, Secure behind TLS, and never in the body then', async () => {
    const credentials = { name: 'admin', password: adminPassword, tokenDelivery: 'cookie' }
    const plain = await post('/api/auth/login', credentials)
    expect(plain.json()).not.toHaveProperty('refreshToken')
    const cookie = String(plain.headers['set-cookie'])
    expect(cookie).toMatch(/^agency_swarm_refresh=[\w-]{43}; Path=\/api\/auth; Max-Age=\d+; HttpOnly; SameSite=Strict$/)
    const secure = await post('/api/auth/login', credentials, { 'x-forwarded-proto': 'https' })
    expect(String(secure.headers['set-cookie'])).toMatch(/; Secure$/)

    const [pair = ''] = cookie.split(';')
    const renew = (headers: Record<string, string>, tokenDelivery = 'cookie') =>
      post('/api/auth/refresh', { tokenDelivery }, headers)
    expect((await renew({ cookie: pair, 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403)
    expect((await renew({ cookie: `${pair}; ${pair}` })).statusCode).toBe(401)
    expect((await renew({ cookie: pair }, 'body')).statusCode).toBe(400)
    const renewed = await renew({ cookie: `a=b; ${pair};c`, 'sec-fetch-site': 'same-origin' })
    expect(renewed.statusCode).toBe(200)
    expect(renewed.json()).not.toHaveProperty('refreshToken')
    expect(String(renewed.headers['set-cookie'])).toContain('agency_swarm_refresh=')
  })
})

describe('ended sessions', () => {
  it('are refused by another replica', async () => {
    const session = await fixture.signIn()
    expect((await fixture.call('GET', '/api/me', session.token, undefined, replica)).statusCode).toBe(200)
    await fixture.call('POST', '/api/auth/logout', session.token)
    await untilRefused(fixture, session.token, replica)
  })

  it('are refused by a replica that starts afterwards, even when the user was deleted', async () => {
    const id = await fixture.createUser('leaver', 'operator')
    const session = await fixture.signIn('leaver', fixture.userPassword)
    expect((await fixture.call('DELETE', `/api/users/${id}`, admin.token)).statusCode).toBe(200)
    const late = await fixture.startReplica()
    const status = async (token: string) => (await fixture.call('GET', '/api/me', token, undefined, late)).statusCode
    expect(await status(session.token)).toBe(401)
    expect(await status(admin.token)).toBe(200)
  })

  it('are looked up in the database while the change feed is away, and nobody is let in while that is away too', async () => {
    const session = await fixture.signIn()
    await fixture.database.postgres.restart(async () => {
      const refused = await fixture.call('GET', '/api/me', session.token, undefined, replica)
      expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([503, 'database-unavailable'])
    })
    // The feed of the replica may not be back yet when the database is.
    await until(
      async () => (await fixture.call('POST', '/api/auth/logout', session.token)).statusCode,
      (status) => status === 204,
    )
    const answers = new Set<number>()
    await until(
      async () => {
        const { statusCode } = await fixture.call('GET', '/api/me', session.token, undefined, replica)
        answers.add(statusCode)
        return statusCode
      },
      (status) => status === 401,
    )
    expect((await fixture.call('GET', '/api/me', admin.token, undefined, replica)).statusCode).toBe(200)
  })
})

describe('an account that many addresses guess at', () => {
  it('pauses, in the words of any refusal, and a right password from a new address waits', async () => {
    await fixture.createUser('target', 'operator')
    const wrong: string[] = []
    for (let turn = 0; turn < 10; turn += 1) {
      const answer = await guess('target', 'a wrong password')
      wrong.push(JSON.stringify({ ...answer.json<object>(), requestId: '' }))
    }
    const right = await guess('target', fixture.userPassword)
    const unknown = await guess('nobody-at-all', 'a wrong password')
    for (const answer of [right, unknown]) {
      expect(answer.statusCode).toBe(401)
      wrong.push(JSON.stringify({ ...answer.json<object>(), requestId: '' }))
    }
    expect(new Set(wrong).size).toBe(1)
  })

  it('lets its user in from an address where they have signed in before, and an administrator unlocks it', async () => {
    const id = await fixture.createUser('regular', 'operator')
    expect((await guess('regular', fixture.userPassword, '192.0.2.7')).statusCode).toBe(200)
    for (let turn = 0; turn < 10; turn += 1) await guess('regular', 'a wrong password')
    expect((await guess('regular', fixture.userPassword)).statusCode).toBe(401)
    expect((await guess('regular', fixture.userPassword, '192.0.2.7')).statusCode).toBe(200)

    for (let turn = 0; turn < 10; turn += 1) await guess('regular', 'a wrong password')
    expect((await guess('regular', fixture.userPassword)).statusCode).toBe(401)
    const unlocked = await fixture.call('POST', `/api/users/${id}/unlock`, admin.token)
    expect(unlocked.json()).toMatchObject({ lockedUntil: null })
    expect((await guess('regular', fixture.userPassword)).statusCode).toBe(200)
  })

  it('gives many guesses at once no more than the same number one after the other', async () => {
    const id = await fixture.createUser('burst', 'operator')
    await Promise.all(Array.from({ length: 30 }, () => guess('burst', 'a wrong password')))
    const row = await fixture.database.connection.tables
      .selectFrom('archon_users')
      .select('failed_sign_ins')
      .where('id', '=', id)
      .executeTakeFirst()
    expect(row?.failed_sign_ins).toBe(10)
  })

  it('pauses longer each time, and never forever', () => {
    expect([1, 9, 10, 11, 14, 15, 1_000].map(pauseAfter)).toEqual([0, 0, 30, 60, 480, 900, 900])
  })
})

describe('API keys', () => {
  const make = async (name: string, permission = 'operator', more: Record<string, unknown> = {}) =>
    (await fixture.call('POST', '/api/api-keys', admin.token, { name, permission, ...more })).json<{
      id: string
      key: string
    }>()

  it('act for their creator with their own permission, and are called by name in the audit log', async () => {
    const { key } = await make('ci-runner')
    expect(key).toMatch(/^ask_[\w-]{43}$/)
    const me = await fixture.call('GET', '/api/me', key)
    expect(me.json()).toMatchObject({ id: admin.userId, name: 'key:ci-runner', permission: 'operator', isApiKey: true })
    expect((await fixture.call('GET', '/api/users', key)).statusCode).toBe(403)
    expect((await fixture.call('POST', '/api/tasks', key, { title: 'By key', input: 'Words.' })).statusCode).toBe(202)
    const { rows } = await fixture.database.connection.pool.query(
      "SELECT 1 FROM archon_audit WHERE actor = 'key:ci-runner' AND event = 'task.submitted'",
    )
    expect(rows).toHaveLength(1)
    const stored = await fixture.database.connection.pool.query('SELECT * FROM archon_api_keys')
    expect(JSON.stringify(stored.rows)).not.toContain(key)
    const listed = (await fixture.call('GET', '/api/api-keys', admin.token)).json<{ keys: { lastUsedAt: unknown }[] }>()
    expect(listed.keys[0]?.lastUsedAt).toEqual(expect.any(String))
  })

  it('are refused at once after they were revoked, by every replica', async () => {
    const { id, key } = await make('short-lived')
    expect((await fixture.call('GET', '/api/me', key)).statusCode).toBe(200)
    expect((await fixture.call('GET', '/api/me', key, undefined, replica)).statusCode).toBe(200)
    expect((await fixture.call('DELETE', `/api/api-keys/${id}`, admin.token)).statusCode).toBe(200)
    expect((await fixture.call('GET', '/api/me', key)).statusCode).toBe(401)
    await untilRefused(fixture, key, replica)
  })

  it('cannot make keys, change a password or end a session, nor hold more than their creator does', async () => {
    const { key } = await make('ambitious', 'administrator')
    const refused = async (url: string, payload?: Record<string, unknown>) =>
      (await fixture.call('POST', url, key, payload)).statusCode
    expect(await refused('/api/api-keys', { name: 'child', permission: 'read_only' })).toBe(403)
    expect(await refused('/api/auth/logout')).toBe(403)
    const change = { oldPassword: adminPassword, newPassword: 'another long password' }
    expect(await refused('/api/auth/password', change)).toBe(403)
    await fixture.createUser('maker', 'operator')
    const maker = await fixture.signIn('maker', fixture.userPassword)
    const more = { name: 'too-much', permission: 'administrator' }
    expect((await fixture.call('POST', '/api/api-keys', maker.token, more)).statusCode).toBe(403)
  })
})

describe('users', () => {
  it('keep at least one administrator, also when two remove each other at the same time', async () => {
    const second = await fixture.createUser('second-administrator', 'administrator')
    const other = await fixture.signIn('second-administrator', fixture.userPassword)
    const demote = (token: string, id: string) =>
      fixture.call('PATCH', `/api/users/${id}`, token, { permission: 'read_only' })
    const statuses = (await Promise.all([demote(admin.token, second), demote(other.token, admin.userId)])).map(
      ({ statusCode }) => statusCode,
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    const left = await fixture.database.connection.tables
      .selectFrom('archon_users')
      .select('name')
      .where('permission', '=', 'administrator')
      .where('disabled_at', 'is', null)
      .execute()
    expect(left).toHaveLength(1)
    const isAdmin = left[0]?.name === 'admin'
    const survivor = await fixture.signIn(left[0]?.name, isAdmin ? adminPassword : fixture.userPassword)
    for (const change of [{ permission: 'operator' }, { isDisabled: true }]) {
      const answer = await fixture.call('PATCH', `/api/users/${survivor.userId}`, survivor.token, change)
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([409, 'last-administrator'])
    }
    expect((await fixture.call('DELETE', `/api/users/${survivor.userId}`, survivor.token)).statusCode).toBe(409)
    await fixture.call('PATCH', `/api/users/${isAdmin ? second : admin.userId}`, survivor.token, {
      permission: 'administrator',
    })
    admin = await fixture.signIn()
  })

  it('that are disabled cannot sign in, in the words of any refusal', async () => {
    const id = await fixture.createUser('resting', 'operator')
    await fixture.call('PATCH', `/api/users/${id}`, admin.token, { isDisabled: true })
    const answer = await guess('resting', fixture.userPassword)
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'wrong-credentials'])
  })

  it('are counted once a day', async () => {
    const count = async () => /daily_active_users\{[^}]*\} (\d+)/.exec((await fixture.app.inject('/metrics')).body)?.[1]
    const rows = 'SELECT user_id FROM archon_user_activity'
    const stored = await until(
      async () => (await fixture.database.connection.pool.query(rows)).rowCount,
      (users) => (users ?? 0) > 0,
    )
    expect(Number(await count())).toBeGreaterThanOrEqual(Number(stored))
  })
})

describe('secrets', () => {
  it('are written, replaced, listed by name, readable by the service and deleted, and their value never comes back', async () => {
    const value = 'sk-a-secret-of-the-model-endpoint'
    const write = (text: string) => fixture.call('PUT', '/api/secrets/model.key', admin.token, { value: text })
    expect((await write('first')).json()).toEqual({ name: 'model.key', isNew: true })
    expect((await write(value)).json()).toEqual({ name: 'model.key', isNew: false })
    const listed = await fixture.call('GET', '/api/secrets', admin.token)
    expect(listed.json()).toMatchObject({ secrets: [{ name: 'model.key', updatedBy: 'admin' }] })
    const { tables, pool } = fixture.database.connection
    const encryption = createEncryption({ current: encryptionKey })
    expect(await readSecret(tables, encryption, 'model.key')).toBe(value)
    const everything = JSON.stringify([
      listed.json(),
      (await pool.query('SELECT * FROM archon_secrets')).rows,
      (await pool.query('SELECT * FROM archon_audit')).rows,
    ])
    expect(everything + fixture.log.text()).not.toContain(value)
    expect((await fixture.call('DELETE', '/api/secrets/model.key', admin.token)).statusCode).toBe(204)
    expect((await fixture.call('DELETE', '/api/secrets/model.key', admin.token)).statusCode).toBe(404)
    expect(await readSecret(tables, encryption, 'model.key')).toBeUndefined()
  })
})
