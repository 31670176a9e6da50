import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConfigurationError } from '../common/configuration.ts'
import { createEncryption } from '../common/encryption.ts'
import { callsOfTask } from '../database/costs.ts'
import { listNotes } from '../database/notes.ts'
import { listTasks } from '../database/tasks.ts'
import { writeSecret } from '../database/secrets.ts'
import { putTenant } from '../database/tenants.ts'
import { buildMcp } from '../mcp/app.ts'
import { readMcpConfiguration } from '../mcp/configuration.ts'
import { captureLog, encryptionKey, jwtSecret, serviceEnvironment } from '../testing/environment.ts'
import { readAgentsConfiguration } from './configuration.ts'
import { modelKeySecret } from './model/modelKey.ts'
import { endpointEnvironment, startModelEndpoint, type ModelEndpoint, type Reply } from './testing/modelEndpoint.ts'
import { startSwarm, type Swarm } from './testing/swarm.ts'

let swarm: Swarm
let endpoint: ModelEndpoint
let site: Server
let origin: string

beforeAll(async () => {
  ;[swarm, endpoint] = await Promise.all([startSwarm(), startModelEndpoint()])
  site = createServer((request, response) => {
    const target = { '/away': 'http://localhost:1/secret', '/on': '/page' }[request.url ?? '']
    if (target !== undefined) response.writeHead(302, { location: target }).end()
    else response.writeHead(200, { 'content-type': 'text/plain' }).end('The page says 42.')
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})
beforeEach(() => {
  endpoint.requests.length = 0
})
afterEach(() => swarm.stopReplicas())
afterAll(async () => {
  site?.close()
  await endpoint?.close()
  await swarm?.stop()
})

const start = (environment: Record<string, string> = {}) =>
  swarm.start({ ...endpointEnvironment(endpoint), MODEL_CALL_RETRIES: '0', ...environment })
const tables = () => swarm.database.connection.tables

/** Replies in turn; the last one is repeated. */
function inTurn(...replies: Reply[]): void {
  let turn = 0
  endpoint.answer = () => replies[Math.min(turn++, replies.length - 1)] ?? { text: '' }
}
const toolAnswers = () =>
  endpoint.requests.at(-1)?.messages.flatMap(({ role, content }) => (role === 'tool' ? [content] : [])) ?? []
const status =
  (code: number, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end('{"error":{"message":"no"}}')
  }

describe('the tool loop', () => {
  it('calls tools, reads their answers, and pays for every call at the price of the tier', async () => {
    inTurn(
      { calls: [{ tool: 'http_get', arguments: { url: `${origin}/page` } }] },
      { calls: [{ tool: 'write_note', arguments: { content: 'It says 42.' } }] },
      { text: 'The answer is 42.' },
    )
    await start({ HTTP_ALLOW_LIST: origin, MODEL_SONNET_PRICE: '10/100' })
    const task = await swarm.end(await swarm.submit())
    expect(task).toMatchObject({ state: 'completed', result: { model: 'middle', text: 'The answer is 42.' } })
    expect(toolAnswers()[0]).toContain('The page says 42.')
    expect(await callsOfTask(tables(), task.id)).toMatchObject(
      [1, 2, 3].map((call) => ({
        call,
        attempt: 1,
        model: 'middle',
        inputTokens: 1_000,
        outputTokens: 100,
        cost: 0.02,
      })),
    )
    expect(task.cost).toBeCloseTo(0.06, 8)
    expect(await listNotes(tables(), task.id)).toMatchObject([{ content: 'It says 42.' }])
  })

  it('fetches nothing off the list, directly or by a redirect', async () => {
    const urls = [`${origin}/away`, 'http://localhost:1/', 'file:///etc/passwd', `${origin}/on`]
    inTurn({ calls: urls.map((url) => ({ tool: 'http_get', arguments: { url } })) }, { text: 'Done.' })
    await start({ HTTP_ALLOW_LIST: origin })
    expect((await swarm.end(await swarm.submit())).state).toBe('completed')
    const [away, local, file, on] = toolAnswers()
    for (const refused of [away, local, file]) expect(refused).toContain('may not be fetched')
    expect(on).toContain('The page says 42.')
  })

  it('spawns tasks when the task is completed, and only so deep', async () => {
    endpoint.answer = ({ messages }) =>
      messages.some(({ role }) => role === 'tool')
        ? { text: 'Handed on.' }
        : { calls: [{ tool: 'spawn_task', arguments: { title: 'Deeper', input: 'Continue.' } }] }
    await start()
    let id = await swarm.submit()
    for (let depth = 0; depth < 3; depth += 1) {
      await swarm.end(id)
      const [child] = await listTasks(tables(), { parentId: id, limit: 10 })
      expect(child).toMatchObject({ title: 'Deeper', modelTier: 'SONNET', parentId: id })
      id = child?.id ?? ''
    }
    await swarm.end(id)
    expect(await listTasks(tables(), { parentId: id, limit: 10 })).toEqual([])
    expect(toolAnswers()[0]).toContain('may not spawn')
  })

  it('ends when the model never answers', async () => {
    inTurn({ calls: [{ tool: 'write_note', arguments: { content: 'Again.' } }] })
    await start({ AGENT_STEP_LIMIT: '3' })
    const task = await swarm.end(await swarm.submit())
    expect(task).toMatchObject({ state: 'failed', errorCode: 'step-limit' })
    expect(endpoint.requests).toHaveLength(3)
  })

  it('signs in with the configured key, or else with the stored secret, which no log shows', async () => {
    const key = 'sk-stored-by-an-administrator'
    const seen: (string | undefined)[] = []
    endpoint.answer = () => (response, request) => {
      seen.push(request.headers.authorization)
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}')
    }
    const user = await tables().selectFrom('archon_users').select('id').executeTakeFirstOrThrow()
    const ask = async (environment: Record<string, string>) => {
      const { log } = await start(environment)
      await swarm.end(await swarm.submit())
      await swarm.stopReplicas()
      return log.text()
    }
    await ask({ MODEL_API_KEY: '' })
    const encryption = createEncryption({ current: encryptionKey })
    const secret = { name: modelKeySecret, value: key, updatedBy: user.id }
    await tables()
      .transaction()
      .execute((transaction) => writeSecret(transaction, encryption, secret))
    const log = await ask({ MODEL_API_KEY: '' })
    await ask({ MODEL_API_KEY: 'configured' })
    expect(seen).toEqual([undefined, `Bearer ${key}`, 'Bearer configured'])
    expect(log).not.toContain(key)
  })

  it('searches the knowledge through MCP, also with the offline model, which names what it found', async () => {
    const variables = serviceEnvironment(swarm.database, { JWT_SECRET: jwtSecret })
    const mcp = buildMcp(readMcpConfiguration(variables), { logStream: captureLog() })
    const MCP_URL = await mcp.listen({ host: '127.0.0.1', port: 0 })
    await swarm.start({ MCP_URL })
    const ask = async () => swarm.end(await swarm.submit({ input: 'How is a backup restored into a new database?' }))
    const [one, two] = [await ask(), await ask()]
    expect(one.result).toMatchObject({ model: 'offline-deterministic' })
    expect(one.result?.text).toContain('The knowledge has: ')
    expect(two.result?.text).toBe(one.result?.text)
    await mcp.close()
    expect((await ask()).result?.text).not.toContain('The knowledge has: ')
  })
})

describe('an endpoint', () => {
  it.each<[string, Reply]>([
    ['is overloaded', status(429)],
    ['is broken', status(500)],
    [
      'is cut in the middle',
      (response) => void response.writeHead(200).write('{"choices":[', () => response.destroy()),
    ],
    ['closes the connection', (response) => void response.destroy()],
    ['answers with something else', (response) => void response.writeHead(200).end('<html>')],
  ])('that %s costs an attempt, and the task is tried again', async (_what, reply) => {
    inTurn(reply, { text: 'Now.' })
    const { log } = await start()
    const task = await swarm.end(await swarm.submit())
    expect(task).toMatchObject({ state: 'completed', attempts: 2, error: null })
    expect(log.text()).not.toContain('a key of the endpoint')
  })

  it('that stays broken makes a dead letter with the reason', async () => {
    inTurn(status(503))
    await start()
    const task = await swarm.end(await swarm.submit({ maxAttempts: 2 }))
    expect(task).toMatchObject({ state: 'dead', errorCode: 'model-unavailable', attempts: 2, cost: 0 })
    expect(task.error).toContain('answered 503')
  })

  it('that says no is not asked again', async () => {
    inTurn(status(401))
    await start()
    const task = await swarm.end(await swarm.submit())
    expect(task).toMatchObject({ state: 'failed', errorCode: 'model-refused', attempts: 1 })
    expect(endpoint.requests).toHaveLength(1)
  })

  it('that hangs is left when the attempt is over', async () => {
    inTurn(() => undefined, { text: 'Now.' })
    await start()
    const task = await swarm.end(await swarm.submit({ timeoutSeconds: 1 }))
    expect(task).toMatchObject({ state: 'completed', attempts: 2 })
  })

  it('that is asked again inside an attempt does not waste the steps before', async () => {
    inTurn({ calls: [{ tool: 'write_note', arguments: { content: 'Kept.' } }] }, status(500), { text: 'Now.' })
    await start({ MODEL_CALL_RETRIES: '1' })
    const task = await swarm.end(await swarm.submit())
    expect(task).toMatchObject({ state: 'completed', attempts: 1 })
    expect(await callsOfTask(tables(), task.id)).toHaveLength(2)
  })

  it('without the names of its models is refused at the start, by the names of the variables', () => {
    const variables = serviceEnvironment(swarm.database, { MODEL_BASE_URL: endpoint.url, HTTP_ALLOW_LIST: 'a/b' })
    expect(() => readAgentsConfiguration(variables)).toThrow(ConfigurationError)
    expect(() => readAgentsConfiguration(variables)).toThrow('HTTP_ALLOW_LIST')
    expect(() => readAgentsConfiguration({ ...variables, HTTP_ALLOW_LIST: '' })).toThrow('MODEL_HAIKU')
  })
})

describe('a budget', () => {
  const note: Reply = { calls: [{ tool: 'write_note', arguments: { content: 'Seen.' } }] }

  it('of a task stops it before it is exceeded, and keeps what was spent', async () => {
    inTurn(note)
    await start({ MODEL_SONNET_PRICE: '10/100', AGENT_STEP_LIMIT: '100' })
    // A call costs 2 cents here.
    const task = await swarm.end(await swarm.submit({ budget: 0.05 }))
    expect(task).toMatchObject({ state: 'failed', errorCode: 'budget-exceeded' })
    expect(task.cost).toBeGreaterThan(0.03)
    expect(await callsOfTask(tables(), task.id)).toHaveLength(Math.round(task.cost / 0.02))
    expect(endpoint.requests[0]?.max_tokens).toBeLessThan(500)
  })

  it('of a tenant for the month stops all its tasks until it is raised', async () => {
    inTurn({ text: 'Cheap.' })
    await start()
    await putTenant(tables(), 'default', 0)
    const stopped = await swarm.end(await swarm.submit())
    expect(stopped).toMatchObject({ state: 'failed', errorCode: 'budget-exceeded', cost: 0 })
    expect(stopped.error).toContain('tenant default')
    await putTenant(tables(), 'default', null)
    expect((await swarm.end(await swarm.submit())).state).toBe('completed')
  })
})
