import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ResourceListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomUUID } from 'node:crypto'
import { knowledgeSeed } from '../database/knowledgeSeed.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { until } from '../testing/until.ts'
import { startMcpService, type McpService } from './testing/mcpFixture.ts'

let database: SuiteDatabase
let service: McpService
let reader: Client
let operator: Client

beforeAll(async () => {
  database = await startSuiteDatabase()
  service = await startMcpService(database)
  reader = await service.connect('read_only')
  operator = await service.connect('operator')
})
afterAll(async () => {
  await service?.stop()
  await database?.stop()
})

async function call(client: Client, name: string, given: Record<string, unknown> = {}) {
  const { isError, structuredContent, content } = await client.callTool({ name, arguments: given })
  return {
    isError: isError === true,
    value: structuredContent as Record<string, unknown>,
    text: JSON.stringify(content),
  }
}
const auditOf = (event: string) =>
  database.connection.tables.selectFrom('archon_audit').selectAll().where('event', '=', event).execute()

describe('a stock MCP client', () => {
  it('finds the tools with schemas of their arguments and answers', async () => {
    const { tools } = await reader.listTools()
    expect(tools.map(({ name }) => name).sort()).toEqual([
      ...['add_knowledge', 'cost_report', 'get_task', 'list_agents', 'search_knowledge', 'submit_task'],
    ])
    for (const { inputSchema, outputSchema, description } of tools) {
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
      expect(outputSchema).toMatchObject({ type: 'object' })
      expect(description).not.toBe('')
    }
    const readOnly = tools.filter(({ annotations }) => annotations?.readOnlyHint === true).map(({ name }) => name)
    expect(readOnly.sort()).toEqual(['cost_report', 'get_task', 'list_agents', 'search_knowledge'])
  })

  it('adds knowledge, finds it in every mode, and reads it as a resource', async () => {
    const document = { title: 'Lighthouse keeping', content: 'The lamp is lit at dusk and trimmed at midnight.' }
    const added = await call(operator, 'add_knowledge', { ...document, source: 'keeper' })
    expect(added.isError).toBe(false)
    const uri = added.value.uri as string
    for (const mode of ['hybrid', 'vector', 'text'] as const) {
      const { value } = await call(reader, 'search_knowledge', { query: 'lamp lit dusk', mode, limit: 3 })
      expect(value).toMatchObject({ mode })
      expect((value.passages as { title: string }[])[0]).toMatchObject({ ...document, source: 'keeper' })
    }
    const { contents } = await reader.readResource({ uri })
    expect(contents).toEqual([{ uri, mimeType: 'text/plain', text: `${document.title}\n\n${document.content}` }])
    const again = await call(operator, 'add_knowledge', document)
    expect(again).toMatchObject({ isError: true, text: expect.stringContaining('title-taken') as string })
    expect(await auditOf('knowledge.added')).toMatchObject([
      { actor: 'operator-tester', details: { title: document.title, via: 'mcp', knowledgeId: added.value.id } },
    ])
  })

  it('lists every document over pages', async () => {
    const rows = Array.from({ length: 120 }, (_, index) => ({ title: `Page filler ${index}`, content: 'x' }))
    const vector = { embedding: '[1]', embedding_model: 'none', embedding_dimensions: 1 }
    await database.connection.tables
      .insertInto('archon_agent_knowledge')
      .values(rows.map((row) => ({ ...row, ...vector })))
      .execute()
    const names: string[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const page = await reader.listResources(cursor === undefined ? {} : { cursor })
      names.push(...page.resources.map(({ name }) => name))
      cursor = page.nextCursor
      pages += 1
    } while (cursor !== undefined)
    expect(pages).toBe(2)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(expect.arrayContaining([...knowledgeSeed.map(([title]) => title), 'Page filler 119']))
    const { resourceTemplates } = await reader.listResourceTemplates()
    expect(resourceTemplates).toMatchObject([{ uriTemplate: 'knowledge://documents/{id}' }])
    await expect(reader.listResources({ cursor: 'no cursor' })).rejects.toMatchObject({ code: -32602 })
    for (const uri of [`knowledge://documents/${randomUUID()}`, 'knowledge://documents/1', 'file:///etc/passwd'])
      await expect(reader.readResource({ uri })).rejects.toMatchObject({ code: -32002 })
  })

  it('submits a task once per idempotency key, and looks at it', async () => {
    const task = {
      title: 'From a program',
      input: 'Count these words.',
      modelTier: 'HAIKU',
      idempotencyKey: 'only-once',
    }
    const [first, second] = [await call(operator, 'submit_task', task), await call(operator, 'submit_task', task)]
    expect(first.value).toMatchObject({ task: { state: 'queued' } })
    expect(second.value).toEqual(first.value)
    const { id } = first.value.task as { id: string }
    const { value } = await call(reader, 'get_task', { id })
    expect(value).toMatchObject({ task: { id, title: task.title, modelTier: 'HAIKU', result: null, cost: 0 } })
    expect(await auditOf('task.submitted')).toMatchObject([{ details: { taskId: id, via: 'mcp' } }])
    expect(await call(reader, 'get_task', { id: randomUUID() })).toMatchObject({
      isError: true,
      text: expect.stringContaining('no-such-task') as string,
    })
  })

  it('lists agents and reports costs', async () => {
    const all = await call(reader, 'list_agents')
    expect(all.value).toMatchObject({ total: 6 })
    const some = await call(reader, 'list_agents', { modelTier: 'OPUS' })
    expect((some.value.agents as { name: string }[]).map(({ name }) => name)).toEqual(['planner', 'strategist'])
    const call1 = { model_tier: 'OPUS', model: 'm', input_tokens: 10, output_tokens: 20 } as const
    await database.connection.tables
      .insertInto('archon_cost_tracking')
      .values([
        { ...call1, cost: '0.5' },
        { ...call1, model_tier: 'HAIKU', cost: '0.25' },
        { ...call1, cost: '100', recorded_at: new Date(Date.now() - 30 * 86_400_000) },
      ])
      .execute()
    const { value } = await call(reader, 'cost_report', { days: 7 })
    expect(value.byTier).toEqual([
      { tier: 'OPUS', calls: 1, inputTokens: 10, outputTokens: 20, cost: 0.5 },
      { tier: 'HAIKU', calls: 1, inputTokens: 10, outputTokens: 20, cost: 0.25 },
    ])
    expect(value.byTask).toEqual([])
  })

  it('fills prompts with passages and agents', async () => {
    const { prompts } = await reader.listPrompts()
    expect(prompts.map(({ name }) => name)).toEqual(['answer_from_knowledge', 'plan_task'])
    const question = 'How does a restore work into a new database?'
    const answer = await reader.getPrompt({ name: 'answer_from_knowledge', arguments: { question } })
    expect(JSON.stringify(answer.messages)).toContain('Restore')
    expect(answer.messages.at(-1)).toMatchObject({ content: { type: 'text', text: `Question: ${question}` } })
    const plan = await reader.getPrompt({ name: 'plan_task', arguments: { goal: 'Tidy the archive.' } })
    expect(JSON.stringify(plan.messages)).toMatch(/archivist: HAIKU, idle[\s\S]*Goal: Tidy the archive\./)
    await expect(reader.getPrompt({ name: 'plan_task', arguments: {} })).rejects.toMatchObject({ code: -32602 })
    await expect(reader.getPrompt({ name: 'nothing' })).rejects.toMatchObject({ code: -32602 })
  })

  it('is told over its stream when documents come and go', async () => {
    let announced = 0
    const listener = await service.connect('read_only', 'listener')
    listener.setNotificationHandler(ResourceListChangedNotificationSchema, () => {
      announced += 1
    })
    let turn = 0
    // The stream may still be opening, so a change is repeated until it is heard of.
    const heard = async () => {
      turn += 1
      await call(operator, 'add_knowledge', { title: `Announced ${turn}`, content: 'News.' })
      return announced
    }
    await until(heard, (count) => count > 0)
  })
})

describe('a tool', () => {
  it('says which permission it needs, and changes nothing without it', async () => {
    const before = await database.connection.pool.query('SELECT count(*) FROM archon_tasks')
    const writes = {
      submit_task: { title: 'x', input: 'y' },
      add_knowledge: { title: 'Unwelcome', content: 'Quokkas.' },
    }
    for (const [name, given] of Object.entries(writes)) {
      const { isError, text } = await call(reader, name, given)
      expect([isError, text]).toEqual([
        true,
        expect.stringContaining('needs the permission operator; yours is read_only'),
      ])
    }
    expect((await database.connection.pool.query('SELECT count(*) FROM archon_tasks')).rows).toEqual(before.rows)
    expect((await call(reader, 'search_knowledge', { query: 'quokkas', mode: 'text' })).value.passages).toEqual([])
  })

  it('gives bad arguments back as an error that names them', async () => {
    const bad: [string, Record<string, unknown>, string][] = [
      ['search_knowledge', { query: '', limit: 1000 }, 'query'],
      ['search_knowledge', { query: 'a\u0000b' }, 'control characters'],
      ['get_task', { id: "1' OR true" }, 'id'],
      ['add_knowledge', { title: 'two\nlines', content: 'x' }, 'title'],
      ['add_knowledge', { title: 'long', content: 'x'.repeat(20_001) }, 'content'],
      ['list_agents', { tier: 'OPUS' }, 'tier'],
    ]
    for (const [name, given, named] of bad) {
      const { isError, text } = await call(operator, name, given)
      expect([isError, text]).toEqual([true, expect.stringContaining(named)])
    }
    await expect(reader.callTool({ name: 'drop_tables' })).rejects.toMatchObject({ code: -32602 })
  })

  it('cuts long texts in answers, and says so', async () => {
    await call(operator, 'add_knowledge', { title: 'Longwinded', content: `Verbosity. ${'so on '.repeat(3_000)}` })
    const { value } = await call(reader, 'search_knowledge', { query: 'verbosity', mode: 'text' })
    const [{ content = '' } = {}] = value.passages as { content?: string }[]
    expect(content).toMatch(/^Verbosity[\s\S]*\(cut: \d+ more characters\)$/)
    expect(content.length).toBeLessThan(2_100)
  })

  it('leaves a line on the audit channel of the log, and is counted by outcome', async () => {
    await call(reader, 'list_agents')
    expect(service.log.lines()).toContainEqual(
      expect.objectContaining({ channel: 'audit', tool: 'list_agents', outcome: 'ok', actor: 'read_only-tester' }),
    )
    const metrics = await service.metrics()
    expect(metrics).toMatch(/mcp_tool_calls_total\{tool="list_agents",outcome="ok",service="mcp"\} \d/)
    expect(metrics).toMatch(/mcp_tool_calls_total\{tool="submit_task",outcome="refused",service="mcp"\} [1-9]/)
    expect(metrics).toMatch(/mcp_tool_calls_total\{tool="get_task",outcome="invalid",service="mcp"\} [1-9]/)
    expect(metrics).toMatch(/mcp_tool_duration_seconds_count\{service="mcp",tool="search_knowledge"\} \d/)
    expect(metrics).toMatch(/mcp_sessions_open\{service="mcp"\} 3/)
  })

  it('tells of an unforeseen failure without its text, and stores neither change nor entry', async () => {
    const { pool } = database.connection
    await pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'inner secret'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON archon_audit FOR EACH ROW EXECUTE FUNCTION refuse()`)
    const { isError, text } = await call(operator, 'add_knowledge', { title: 'Unaudited', content: 'x' })
    await pool.query('DROP TRIGGER refuse ON archon_audit')
    expect([isError, text]).toEqual([true, expect.stringContaining('stored nothing')])
    expect(text).not.toContain('inner secret')
    const { rowCount } = await pool.query("SELECT 1 FROM archon_agent_knowledge WHERE title = 'Unaudited'")
    expect(rowCount).toBe(0)
  })
})
