import { randomInt } from 'node:crypto'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { InjectOptions } from 'fastify'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { soaked, soakTimeout } from '#shared/testing/soak.ts'
import { z } from 'zod'
import { startApi, type ApiFixture } from '../testing/apiFixture.ts'
import { adminPassword } from '../testing/suiteDatabase.ts'
import { routes } from './routes.ts'

const schemaNode = z.record(z.string(), z.unknown())
const operationShape = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()).min(1),
  'x-permission': z.enum(['public', 'read_only', 'operator', 'administrator']),
  'x-audit-event': z.string().optional(),
  security: z.array(z.unknown()).optional(),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional(), schema: schemaNode }))
    .default([]),
  requestBody: z.object({ content: z.record(z.string(), z.object({ schema: schemaNode })) }).optional(),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), z.unknown()).optional() })),
})
type Operation = z.infer<typeof operationShape>

let fixture: ApiFixture
let description: Record<string, unknown>
const callers = ['none', 'read_only', 'operator', 'administrator', 'broken'] as const
let operations: { readonly method: string; readonly path: string; readonly operation: Operation }[]

beforeAll(async () => {
  fixture = await startApi()
  for (const permission of ['read_only', 'operator', 'administrator'] as const) {
    await fixture.createUser(`fuzz-${permission}`, permission)
    tokens[permission] = (await fixture.signIn(`fuzz-${permission}`, fixture.userPassword)).token
  }
  description = (await fixture.app.inject('/openapi.json')).json<Record<string, unknown>>()
  const paths = z.record(z.string(), z.record(z.string(), operationShape)).parse(description.paths)
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
})
afterAll(() => fixture?.stop())

const tokens: Partial<Record<(typeof callers)[number], string>> = { broken: 'a.b.c' }

describe('the description', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(description.openapi).toBe('3.1.0')
    expect(await new Validator().validate(structuredClone(description))).toEqual({ valid: true })
  })

  it('has every route with its permission, audit event, inputs, answer and refusals', () => {
    for (const { method, url, id, permission, event } of routes) {
      const path = `/api${url.replaceAll(/:(\w+)/g, '{$1}')}`
      const found = operations.find((each) => each.method === method && each.path === path)?.operation
      expect([id, found?.operationId, found?.['x-permission'], found?.['x-audit-event']]).toEqual([
        id,
        id,
        permission,
        event,
      ])
      const inPath = found?.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
      expect(inPath).toEqual([...url.matchAll(/:(\w+)/g)].map(([, name]) => name))
      const statuses = Object.keys(found?.responses ?? {})
      expect(statuses.filter((status) => status.startsWith('2'))).toHaveLength(1)
      expect(statuses).toEqual(expect.arrayContaining(['401', '429', '503']))
      for (const [status, { content }] of Object.entries(found?.responses ?? {}))
        if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json'])
    }
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
  })

  it('says which routes need no token, and those are the only ones that answer without', async () => {
    for (const { method, path, operation } of operations) {
      const isPublic = operation['x-permission'] === 'public'
      expect([path, operation.security]).toEqual([path, isPublic ? [] : undefined])
      if (isPublic) continue
      const url = path.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000')
      const response = await fixture.app.inject({ method: method as 'GET', url })
      expect([path, response.statusCode]).toEqual([path, 401])
    }
  })

  it('has a page for people that runs under a policy without anything inline', async () => {
    const page = await fixture.app.inject('/docs')
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/)
    expect(page.body).not.toMatch(/<script>|<style|style=|onclick/)
    for (const [, url] of page.body.matchAll(/(?:src|href)="([^"]+)"/g))
      expect((await fixture.app.inject(url ?? '')).statusCode).toBe(200)
  })
})

type Bad = Pick<InjectOptions, 'method' | 'headers' | 'payload'> & { readonly operation: number; readonly url: string }
const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1e308,
    -1e308,
    2 ** 53,
    2 ** 63,
    0.1,
    '',
    ' ',
    '\u0000',
    '\ud800',
    '‮',
    "'; DROP TABLE archon_users;--",
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constant(null).map(() => JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown),
  fc.constant('x'.repeat(30_000)),
)

/** A value that the schema admits, roughly; strict enough that requests get as far as the database. */
function admitted(schema: Record<string, unknown>): fc.Arbitrary<unknown> {
  if (Array.isArray(schema.enum)) return fc.constantFrom<unknown>(...(schema.enum as unknown[]))
  if ('const' in schema) return fc.constant(schema.const)
  const variants = (schema.anyOf ?? schema.oneOf) as Record<string, unknown>[] | undefined
  if (variants !== undefined) return fc.oneof(...variants.map(admitted))
  const minimum = Number(schema.minimum ?? 0)
  const bounds = { min: minimum, max: Math.min(Number(schema.maximum ?? minimum + 1_000), 1_000_000) }
  switch (schema.type) {
    case 'integer':
      return fc.integer(bounds)
    case 'number':
      return fc.double({ ...bounds, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(admitted((schema.items ?? {}) as Record<string, unknown>), { maxLength: 3 })
    case 'object':
      return admittedObject(schema)
    default:
      return admittedText(schema)
  }
}

function admittedText(schema: Record<string, unknown>): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.uuid()
  if (schema.format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString())
  const minLength = Number(schema.minLength ?? 0)
  const maxLength = Math.max(minLength, Math.min(Number(schema.maxLength ?? 40), 40))
  const simple = fc.string({ unit: fc.constantFrom('a', 'b', 'k', 'z', '0', '7'), minLength, maxLength })
  return fc.oneof(simple, fc.string({ unit: 'grapheme', minLength, maxLength }))
}

function admittedObject(schema: Record<string, unknown>): fc.Arbitrary<Record<string, unknown>> {
  const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>
  const fields = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, admitted(each)]))
  return fc.record(fields, { requiredKeys: (schema.required ?? []) as string[] })
}

/** One thing wrong: a field of another kind, one missing, one too many, or the whole of another shape. */
function spoiled(schema: Record<string, unknown>): fc.Arbitrary<unknown> {
  const names = Object.keys(schema.properties ?? {})
  if (names.length === 0) return strange
  const change = fc.tuple(admittedObject(schema), fc.constantFrom(...names), strange)
  return fc.oneof(
    change.map(([value, name, wrong]) => ({ ...value, [name]: wrong })),
    change.map(([value, name]) => Object.fromEntries(Object.entries(value).filter(([each]) => each !== name))),
    change.map(([value, name, wrong]) => ({ [name]: { ...value, deeper: wrong } })),
    strange,
  )
}

const inUrl = (value: unknown) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // A lone surrogate cannot stand in a URL at all.
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '?')).slice(0, 2_000)
}

function requestTo(index: number): fc.Arbitrary<Bad> {
  const entry = operations[index]
  if (entry === undefined) throw new RangeError('There is no such operation.')
  const { method, path, operation } = entry
  const parameters = operation.parameters.map((parameter) =>
    fc.tuple(fc.constant(parameter), fc.oneof(admitted(parameter.schema), strange), fc.boolean()),
  )
  const schema = operation.requestBody?.content['application/json']?.schema
  const json = (value: unknown) => ({ headers: { 'content-type': 'application/json' }, payload: JSON.stringify(value) })
  const none = fc.constant({ headers: {} })
  const body: fc.Arbitrary<{ headers: Record<string, string>; payload?: string | Buffer }> =
    schema === undefined
      ? fc.oneof({ weight: 4, arbitrary: none }, { weight: 1, arbitrary: strange.map(json) })
      : fc.oneof(
          { weight: 6, arbitrary: spoiled(schema).map(json) },
          { weight: 3, arbitrary: admitted(schema).map(json) },
          { weight: 1, arbitrary: none },
          {
            weight: 1,
            arbitrary: fc.tuple(admitted(schema), fc.nat()).map(([value, cut]) => {
              const text = JSON.stringify(value)
              return { headers: { 'content-type': 'application/json' }, payload: text.slice(0, cut % text.length) }
            }),
          },
          {
            weight: 1,
            arbitrary: fc
              .tuple(
                fc.uint8Array({ maxLength: 200 }),
                fc.constantFrom(
                  'text/plain',
                  'application/xml',
                  'application/json',
                  'application/json; charset=utf-16',
                  'multipart/form-data; boundary=x',
                  'x',
                  '',
                ),
              )
              .map(([bytes, type]) => ({ headers: { 'content-type': type }, payload: Buffer.from(bytes) })),
          },
        )
  return fc
    .tuple(
      fc.tuple(...parameters),
      body,
      fc.oneof(
        { weight: 9, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS') },
      ),
      fc.oneof(
        { weight: 12, arbitrary: fc.constant('') },
        {
          weight: 1,
          arbitrary: fc.constantFrom('/', '//', '/..%2f', '%00', '/%e0%80', '?', '?limit=1&limit=2&limit[]=3', ';x'),
        },
      ),
    )
    .map(([values, { headers, ...payload }, chosen, suffix]) => {
      let url = path
      const query: string[] = []
      for (const [parameter, value, isGiven] of values) {
        if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, inUrl(value))
        else if (isGiven) query.push(`${parameter.name}=${inUrl(value)}`)
      }
      url += suffix + (query.length === 0 ? '' : `?${query.join('&')}`)
      return { operation: index, method: chosen as 'GET', url, headers, ...payload }
    })
}

it(
  'thousands of generated requests get valid answers, never a 5xx, and leave the service as it was',
  async () => {
    const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
    console.log(`FUZZ_SEED=${seed} makes these requests again`)
    const wanted = soaked(10_000, 100_000)
    // Successful requests of these would end the very sessions that ask.
    const ends = new Set(['signOut', 'signOutEverywhere'])
    const usable = operations.flatMap(({ operation }, index) => (ends.has(operation.operationId) ? [] : [index]))
    const perOperation = Math.ceil(wanted / usable.length)
    const audited = 'SELECT count(*)::int AS entries FROM archon_audit'
    const entries = async () =>
      (await fixture.database.connection.pool.query<{ entries: number }>(audited)).rows[0]?.entries ?? 0
    const auditedBefore = await entries()

    const counts = new Map<number, number>()
    const wrong: string[] = []
    let sent = 0
    let changes = 0
    for (const index of usable) {
      const batch = fc.sample(fc.tuple(requestTo(index), fc.constantFrom(...callers)), {
        seed: seed + index,
        numRuns: perOperation,
      })
      for (const [{ operation: _operation, headers, ...request }, caller] of batch) {
        const token = tokens[caller]
        const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
        const response = await fixture.app.inject({ ...request, headers: { ...headers, ...authorization } })
        const { statusCode } = response
        sent += 1
        counts.set(statusCode, (counts.get(statusCode) ?? 0) + 1)
        const isProblem = String(response.headers['content-type']).startsWith('application/problem+json')
        // A request that happens to be right may succeed, but never for a caller without a valid token on a guarded route.
        const isGuarded = operations[index]?.operation['x-permission'] !== 'public'
        const isUnknown = caller === 'none' || caller === 'broken'
        const fits =
          statusCode < 400
            ? !(isGuarded && isUnknown)
            : statusCode < 500 && isProblem && response.json<{ status: number }>().status === statusCode
        if (!fits)
          wrong.push(
            `${statusCode} ${request.method ?? ''} ${request.url.slice(0, 200)} as ${caller}: ${response.body.slice(0, 200)}`,
          )
        if (statusCode < 300 && request.method !== 'GET') changes += 1
      }
    }
    console.log(`answers: ${JSON.stringify(Object.fromEntries([...counts].sort()))}, ${changes} accepted changes`)
    expect(wrong.slice(0, 10)).toEqual([])
    expect(sent).toBeGreaterThanOrEqual(wanted)
    // Nearly all were bad: a generator that makes good requests would prove nothing.
    const refused = [...counts].filter(([status]) => status >= 400).reduce((sum, [, count]) => sum + count, 0)
    expect(refused).toBeGreaterThan(wanted * 0.75)
    // What was refused by a schema or for its token has left no trace: entries tell of accepted changes and of refused sign-ins alone.
    const kinds = await fixture.database.connection.pool.query<{ event: string }>(
      'SELECT DISTINCT event FROM archon_audit WHERE id > $1',
      [auditedBefore],
    )
    const known = new Set([...routes.flatMap(({ event }) => event ?? []), 'login.refused', 'password.change-refused'])
    expect(kinds.rows.map(({ event }) => event).filter((event) => !known.has(event))).toEqual([])
    expect(await entries()).toBeGreaterThanOrEqual(auditedBefore)

    // It still does all it did before, for everyone who asked.
    const signIn = { name: 'admin', password: adminPassword }
    // From elsewhere: this address has used up its sign-ins.
    const remoteAddress = '127.0.0.2'
    const again = await fixture.app.inject({ method: 'POST', url: '/api/auth/login', payload: signIn, remoteAddress })
    expect(again.statusCode).toBe(200)
    for (const permission of ['read_only', 'operator', 'administrator'] as const) {
      const me = await fixture.call('GET', '/api/sessions', tokens[permission] ?? '')
      expect(me.statusCode).toBe(200)
    }
    expect((await fixture.app.inject('/ready')).statusCode).toBe(200)
    const tables = "SELECT count(*)::int AS present FROM information_schema.tables WHERE table_name LIKE 'archon\\_%'"
    expect(
      (await fixture.database.connection.pool.query<{ present: number }>(tables)).rows[0]?.present,
    ).toBeGreaterThan(15)
    expect(fixture.log.lines().filter(({ msg }) => msg === 'request failed')).toEqual([])
  },
  soakTimeout,
)
