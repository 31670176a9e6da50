import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PermissionLevel } from '../common/permissions.ts'
import { createTokens } from '../common/tokens.ts'
import { knowledgeSeed } from '../database/knowledgeSeed.ts'
import { startEmbeddingServer, type EmbeddingServer } from '../embeddings/testing/embeddingServer.ts'
import { captureLog, jwtSecret, serviceEnvironment } from '../testing/environment.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { buildApi } from './app.ts'
import { readApiConfiguration } from './configuration.ts'

let database: SuiteDatabase
let app: FastifyInstance
let operator: Record<string, string>
let reader: Record<string, string>

beforeAll(async () => {
  database = await startSuiteDatabase()
  app = buildApi(readApiConfiguration(serviceEnvironment(database)), { logStream: captureLog() })
  await app.ready()
  operator = await signedIn('operator')
  reader = await signedIn('read_only')
})
afterAll(async () => {
  await app?.close()
  await database?.stop()
})

async function signedIn(permission: PermissionLevel): Promise<Record<string, string>> {
  const { tables } = database.connection
  const name = `${permission}-${randomUUID()}`
  const { id: userId } = await tables
    .insertInto('archon_users')
    .values({ name, password_hash: 'none', permission })
    .returning('id')
    .executeTakeFirstOrThrow()
  const session = { id: randomUUID(), user_id: userId, address: '::1', expires_at: new Date(Date.now() + 3_600_000) }
  await tables.insertInto('archon_sessions').values(session).execute()
  const token = await createTokens({ current: jwtSecret }).issue(
    { userId, sessionId: session.id, name, permission },
    300,
  )
  return { authorization: `Bearer ${token}` }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
async function send(method: Method, url: string, headers: Record<string, string>, payload?: object, to = app) {
  const response = await to.inject({
    method,
    url: `/api${url}`,
    headers,
    ...(payload === undefined ? {} : { payload }),
  })
  const body = response.body === '' ? {} : response.json<Record<string, unknown>>()
  return { status: response.statusCode, headers: response.headers, body }
}
const auditOf = (event: string) =>
  database.connection.tables.selectFrom('archon_audit').select('details').where('event', '=', event).execute()

describe('knowledge', () => {
  it('is added, read, replaced against its ETag and removed, each with its audit entry', async () => {
    const added = await send('POST', '/knowledge', operator, { title: 'Otters', content: 'They hold hands.' })
    expect([added.status, added.headers.location]).toEqual([201, `/api/knowledge/${String(added.body.id)}`])
    const url = `/knowledge/${String(added.body.id)}`
    const seen = await send('GET', url, reader)
    expect(seen.body).toEqual(added.body)
    const text = { title: 'Otters', content: 'They juggle stones.', source: 'keeper' }
    const match = { ...operator, 'if-match': String(seen.headers.etag) }
    expect((await send('PUT', url, match, text)).body).toMatchObject(text)
    expect((await send('PUT', url, match, { ...text, content: 'Late.' })).body).toMatchObject({
      code: 'changed-meanwhile',
    })
    expect((await send('GET', url, reader)).body).toMatchObject(text)
    expect((await send('DELETE', url, operator)).body).toMatchObject({ title: 'Otters' })
    for (const [method, body] of [['GET'], ['PUT', text], ['DELETE']] as const)
      expect((await send(method, url, operator, body)).body).toMatchObject({ status: 404, code: 'no-such-document' })
    const details = { knowledgeId: added.body.id, title: 'Otters' }
    for (const event of ['knowledge.added', 'knowledge.updated', 'knowledge.deleted'])
      expect(await auditOf(event)).toContainEqual({ details })
  })

  it('keeps titles unique, and changes nothing for readers', async () => {
    const [title] = knowledgeSeed[0] ?? ['']
    const taken = await send('POST', '/knowledge', operator, { title, content: 'x' })
    expect(taken.body).toMatchObject({ status: 409, code: 'title-taken' })
    const url = `/knowledge/${randomUUID()}`
    for (const [method, at] of [
      ['POST', '/knowledge'],
      ['PUT', url],
      ['DELETE', url],
    ] as const)
      expect((await send(method, at, reader, { title: 'x', content: 'y' })).body).toMatchObject({
        code: 'not-permitted',
      })
  })

  it('is listed in pages that together hold every document once', async () => {
    const titles: string[] = []
    let cursor = ''
    do {
      const { body } = await send('GET', `/knowledge?limit=9${cursor}`, reader)
      const { documents, next } = body as { documents: { title: string }[]; next: string | null }
      titles.push(...documents.map(({ title }) => title))
      cursor = next === null ? '' : `&cursor=${next}`
    } while (cursor !== '')
    expect(titles).toHaveLength(new Set(titles).size)
    expect(titles).toEqual(expect.arrayContaining(knowledgeSeed.map(([title]) => title)))
    expect((await send('GET', '/knowledge?cursor=%21', reader)).body).toMatchObject({ status: 400 })
  })

  it('is searched in three modes, with 400 for what is no question', async () => {
    for (const mode of ['hybrid', 'vector', 'text']) {
      const { body } = await send('GET', `/knowledge/search?query=bearer+token+sign+in&mode=${mode}`, reader)
      expect(body.mode).toBe(mode)
      expect((body.passages as { title: string }[]).map(({ title }) => title)).toContain('Signing in')
    }
    for (const query of ['', 'query=', 'query=x&limit=0', 'query=x&mode=exact', `query=${'x'.repeat(501)}`])
      expect((await send('GET', `/knowledge/search?${query}`, reader)).status).toBe(400)
  })
})

describe('with an embedding endpoint', () => {
  let endpoint: EmbeddingServer
  let configured: FastifyInstance
  beforeAll(async () => {
    endpoint = await startEmbeddingServer({ dimensions: 16 })
    const environment = serviceEnvironment(database, {
      EMBEDDING_BASE_URL: endpoint.baseUrl,
      EMBEDDING_MODEL: 'letters',
      EMBEDDING_DIMENSIONS: '16',
    })
    configured = buildApi(readApiConfiguration(environment), { logStream: captureLog() })
    await configured.ready()
  })
  afterAll(async () => {
    await configured?.close()
    await endpoint?.stop()
  })

  it('new documents have its vectors; others are found by their words', async () => {
    const text = { title: 'Xylophone', content: 'xylophone zigzag' }
    const { body } = await send('POST', '/knowledge', operator, text, configured)
    expect(body.embeddingModel).toBe('letters')
    const search = (mode: string, query: string) =>
      send('GET', `/knowledge/search?mode=${mode}&query=${query}`, reader, undefined, configured)
    expect((await search('vector', 'xylophone+zigzag')).body.passages).toMatchObject([text])
    const hybrid = (await search('hybrid', 'bearer+token+sign+in')).body.passages as { title: string }[]
    expect(hybrid.map(({ title }) => title)).toContain('Signing in')
  })

  it('that is away, words are searched, and nothing is stored without a vector', async () => {
    endpoint.answerNext(400, 400, 400)
    const search = (mode: string) =>
      send('GET', `/knowledge/search?mode=${mode}&query=bearer+token`, reader, undefined, configured)
    const { body } = await search('hybrid')
    expect(body.mode).toBe('text')
    expect((body.passages as { title: string }[]).map(({ title }) => title)).toContain('Signing in')
    expect((await search('vector')).body).toMatchObject({ status: 503, code: 'embedding-unavailable' })
    const add = await send('POST', '/knowledge', operator, { title: 'Lost', content: 'x' }, configured)
    expect(add.body).toMatchObject({ status: 503, code: 'embedding-unavailable' })
    const { rowCount } = await database.connection.pool.query(
      "SELECT 1 FROM archon_agent_knowledge WHERE title = 'Lost'",
    )
    expect(rowCount).toBe(0)
  })
})
