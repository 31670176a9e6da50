import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { Pool as DatabasePool } from 'pg'
import { Pool as HttpPool } from 'undici'
import { freePort } from '#shared/testing/freePort.ts'
import { createTokens } from '../../server/common/tokens.ts'
import { clientConfig } from '../../server/database/connection.ts'
import { embed, offlineDimensions, offlineEmbeddingModel } from '../../server/database/offlineEmbedding.ts'
import { jwtSecret, serviceEnvironment } from '../../server/testing/environment.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../../server/testing/suiteDatabase.ts'
import { randomFrom } from '#shared/testing/random.ts'
import { projectRoot } from '../setup/projectRoot.ts'
import { compare, type Ratio } from './ratio.ts'

const documents = 20_000
const questions = 400
const limit = 10
/** Callers at the same time. */
const callers = 4
const seed = 17

interface Hit {
  readonly id: string
  readonly title: string
  readonly content: string
}
/** Asks one question. */
type Ask = (question: string) => Promise<readonly Hit[]>

/** Texts of 40 words about sixty subjects of eighty words each, as texts share words with those of their subject. */
function texts(count: number, words: number, random: () => number): string[] {
  const word = (subject: number) => {
    const rank = Math.floor(80 * random() ** 2)
    return `word${(subject * 7_919 + rank * 104_729).toString(36)}`
  }
  return Array.from({ length: count }, () => {
    const subject = Math.floor(60 * random())
    return Array.from({ length: words }, () => word(random() < 0.9 ? subject : Math.floor(60 * random()))).join(' ')
  })
}

async function fill({ connection }: SuiteDatabase): Promise<void> {
  const random = randomFrom(seed)
  const contents = texts(documents, 40, random)
  for (let start = 0; start < documents; start += 1_000) {
    const rows = contents.slice(start, start + 1_000).map((content, index) => {
      const title = `Document ${start + index}`
      return { title, content, vector: embed(`${title} ${content}`) }
    })
    await sql`
      INSERT INTO archon_agent_knowledge (title, content, embedding, embedding_model, embedding_dimensions)
      SELECT title, content, vector::vector, ${offlineEmbeddingModel}, ${offlineDimensions}
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS new(title text, content text, vector text)
    `.execute(connection.tables)
  }
  await sql`VACUUM ANALYZE archon_agent_knowledge`.execute(connection.tables)
}

const type = `vector(${offlineDimensions})`
const distance = `embedding::${type} <=> $1::${type}`
const ofModel = `embedding_dimensions = ${offlineDimensions} AND embedding_model = '${offlineEmbeddingModel}'`

/** The yardstick: SQL by hand over pg, the vector made first, the search breadth set once a connection. */
function askDatabase({ settings }: SuiteDatabase): {
  readonly ask: Ask
  readonly exact: Ask
  readonly close: () => Promise<void>
} {
  const pool = new DatabasePool({ ...clientConfig(settings, 'bench'), max: callers, options: '-c hnsw.ef_search=200' })
  // A connection may still be closing when the server stops.
  pool.on('error', () => undefined)
  const vectors = new Map<string, string>()
  const vectorOf = (question: string) => {
    const known = vectors.get(question) ?? embed(question)
    vectors.set(question, known)
    return known
  }
  const nearest = `SELECT id, title, content, source, 1 - (${distance}) AS score FROM archon_agent_knowledge
    WHERE ${ofModel} ORDER BY ${distance} LIMIT ${limit}`
  const every = `WITH every AS MATERIALIZED (SELECT id, title, content, ${distance} AS distance FROM archon_agent_knowledge WHERE ${ofModel})
    SELECT id, title, content FROM every ORDER BY distance LIMIT ${limit}`
  const run = (statement: string) => async (question: string) =>
    (await pool.query<Hit>(statement, [vectorOf(question)])).rows
  return { ask: run(nearest), exact: run(every), close: () => pool.end() }
}

/** The backend as it is deployed: its own process, a signed-in caller, the question as text. */
async function askApi(database: SuiteDatabase): Promise<{ readonly ask: Ask; readonly close: () => Promise<void> }> {
  const port = await freePort()
  const environment = serviceEnvironment(database, { PORT: String(port), REQUESTS_PER_MINUTE: '10000000' })
  const child = spawn(process.execPath, [join(projectRoot, 'out/server/suite.js'), 'backend'], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const http = new HttpPool(`http://127.0.0.1:${port}`, { connections: callers })
  await untilReady(child, http)
  const headers = { authorization: `Bearer ${await signIn(database)}` }
  return {
    ask: async (question) => {
      const path = `/api/knowledge/search?mode=vector&limit=${limit}&query=${encodeURIComponent(question)}`
      const { statusCode, body } = await http.request({ method: 'GET', path, headers })
      const text = await body.text()
      if (statusCode !== 200) throw new Error(`The API answered ${statusCode}: ${text}`)
      return (JSON.parse(text) as { passages: Hit[] }).passages
    },
    close: async () => {
      await http.close()
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
    },
  }
}

async function untilReady(child: ChildProcess, http: HttpPool): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error('The backend ended before it was ready.')
    const status = await http.request({ method: 'GET', path: '/ready' }).then(
      async ({ statusCode, body }) => {
        await body.dump()
        return statusCode
      },
      () => 0,
    )
    if (status === 200) return
    await pause(100)
  }
}

async function signIn({ connection }: SuiteDatabase): Promise<string> {
  const { id: userId } = await connection.tables.selectFrom('archon_users').select('id').executeTakeFirstOrThrow()
  const sessionId = randomUUID()
  const session = { id: sessionId, user_id: userId, address: '127.0.0.1', expires_at: new Date(Date.now() + 3_600_000) }
  await connection.tables.insertInto('archon_sessions').values(session).execute()
  const identity = { userId, sessionId, name: 'bench', permission: 'read_only' as const }
  return createTokens({ current: jwtSecret }).issue(identity, 3_600)
}

/** Asks every question, several at a time. @returns questions a second */
async function throughput(ask: Ask, asked: readonly string[]): Promise<number> {
  const begin = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let question = asked[next++]; question !== undefined; question = asked[next++]) await ask(question)
    }),
  )
  return asked.length / ((performance.now() - begin) / 1_000)
}

/** Both sides give the same passages. @returns which share of what exact search finds is among them */
async function recallOf(ours: Ask, theirs: Ask, exact: Ask, asked: readonly string[]): Promise<number> {
  let found = 0
  let expected = 0
  for (const question of asked) {
    const [own, other] = [await ours(question), await theirs(question)]
    const read = (hits: readonly Hit[]) => JSON.stringify(hits.map(({ id, title, content }) => [id, title, content]))
    if (read(own) !== read(other)) throw new Error(`API and SQL differ for "${question}": ${read(own)} ${read(other)}`)
    const ids = new Set(own.map(({ id }) => id))
    const nearest = await exact(question)
    expected += nearest.length
    found += nearest.filter(({ id }) => ids.has(id)).length
  }
  return found / expected
}

/** P17, second half: vector search through the API against SQL by hand on the same rows. */
export async function benchVectorSearch(): Promise<Ratio> {
  const database = await startSuiteDatabase()
  try {
    await fill(database)
    const asked = texts(questions, 8, randomFrom(seed + 1))
    const theirs = askDatabase(database)
    const ours = await askApi(database)
    try {
      const recall = await recallOf(ours.ask, theirs.ask, theirs.exact, asked.slice(0, 100))
      // Connections and compiled code of both sides are warm before the first round.
      await throughput(ours.ask, asked)
      await throughput(theirs.ask, asked)
      const about = {
        id: 'P17',
        measure: 'vector search through the API against raw SQL',
        unit: 'searches/s',
        goal: '>= 0.7x at recall >= 0.95',
        note: `recall ${recall.toFixed(3)}, ${documents} documents of ${offlineDimensions} dimensions, the nearest ${limit}, ${callers} callers`,
      }
      return await compare(
        about,
        () => throughput(ours.ask, asked),
        () => throughput(theirs.ask, asked),
      )
    } finally {
      await ours.close()
      await theirs.close()
    }
  } finally {
    await database.stop()
  }
}
