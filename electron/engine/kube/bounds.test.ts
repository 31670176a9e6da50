import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { startMisbehavingServer, type MisbehavingServer, type Reply } from '../testing/misbehavingServer.ts'
import { podKind } from '../objects/pods/podFacts.ts'
import { bounds } from './bounds.ts'
import { connect, reflect, type ClusterConnection, type Reflector } from './index.ts'
import { listPages } from './listPages.ts'
import { readTable } from './table.ts'

// A server that sends more than anybody should read, or something else than Kubernetes.
let server: MisbehavingServer
let connection: ClusterConnection
let mirror: Reflector<string> | undefined

beforeAll(async () => {
  server = await startMisbehavingServer()
})
afterEach(async () => {
  mirror?.stop()
  mirror = undefined
  await connection.close()
  server.cutAll()
})
afterAll(() => server.stop())

const path = '/api/v1/namespaces/shop/pods'
const json = { 'content-type': 'application/json' }

/** Answers with the text, then with the same megabyte until the client has had enough. */
const without =
  (end: string, start: string): Reply =>
  async (_request, response) => {
    response.writeHead(200, json)
    response.write(start)
    const megabyte = Buffer.alloc(1 << 20, 'x')
    while (!response.destroyed && response.writable) await written(response, megabyte)
    response.end(end)
  }

const written = (response: ServerResponse, chunk: Buffer): Promise<void> =>
  new Promise((resolve) => {
    response.once('close', resolve)
    response.write(chunk, () => {
      response.off('close', resolve)
      resolve()
    })
  })

const answering =
  (body: string, headers: Record<string, string> = json, status = 200): Reply =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body)

function open(...replies: Reply[]): ClusterConnection {
  server.on(path, ...replies)
  connection = connect(server.context())
  return connection
}
const list = (...replies: Reply[]) => listPages(open(...replies), path, {}, () => undefined)

it('ends an answer, an item and an envelope that never end', async () => {
  await expect(open(without('"}', '{"a":"')).request('GET', path)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  await expect(list(without('"}]}', '{"items":[{"a":"'))).rejects.toMatchObject({
    code: 'TOO_LARGE',
    message: expect.stringContaining('an object larger than 16 MiB') as string,
  })
}, 120_000)

it('ends a list whose pages do not end', async () => {
  const page = answering('{"kind":"PodList","metadata":{"resourceVersion":"1","continue":"again"},"items":[]}')
  await expect(list(page)).rejects.toMatchObject({ code: 'TOO_LARGE' })
  const table = answering('{"metadata":{"continue":"again"},"columnDefinitions":[],"rows":[]}')
  await expect(readTable(open(table), path)).rejects.toMatchObject({ code: 'TOO_LARGE' })
})

it('ends a watch line without an end, says so, and keeps the rows', async () => {
  const first = answering(
    '{"kind":"PodList","metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"a","uid":"1"}}]}',
  )
  open(first, without('"}\n', '{"type":"ADDED","object":{"a":"'))
  const live = reflect(connection, {
    resource: podKind.resource,
    namespace: 'shop',
    project: ({ metadata }) => metadata.name,
    unreadable: () => '?',
  })
  mirror = live
  await expect
    .poll(() => live.state, { timeout: 60_000 })
    .toMatchObject({ error: { code: 'TOO_LARGE', message: expect.stringContaining('a watch event larger') as string } })
  expect([...live.rows.values()]).toEqual(['a'])
}, 120_000)

it.each([
  ['a sign-in page', answering('<html>Sign in</html>', { 'content-type': 'text/html; charset=utf-8' }), 'a web page'],
  ['plain text', answering('hello', { 'content-type': 'text/plain' }), 'something that is not JSON'],
])('names %s that answers instead of Kubernetes, to single requests and to lists', async (_name, reply, what) => {
  const named = { code: 'STREAM_BROKEN', message: expect.stringContaining(`answered with ${what}`) as string }
  await expect(open(reply).request('GET', path)).rejects.toMatchObject(named)
  await expect(list(reply)).rejects.toMatchObject(named)
})

it('shortens what a server says, and reads a refusal of any shape', async () => {
  const long = JSON.stringify({ kind: 'Status', message: 'm'.repeat(100_000) })
  await expect(open(answering(long, json, 403)).request('GET', path)).rejects.toMatchObject({
    code: 'FORBIDDEN',
    message: expect.stringMatching(/^.{2000,2400}98000 more characters\)$/s) as string,
  })
  for (const body of [
    '{"message":7,"details":{"causes":"x"}}',
    '{"details":[1]}',
    '[]',
    'null',
    '"text"',
    '<html>',
    '{',
  ])
    await expect(open(answering(body, json, 403)).request('GET', path)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(open(without('"}', '{"message":"')).request('GET', '/nothing')).rejects.toMatchObject({})
})

it('stays within its bounds', () => {
  expect(bounds).toEqual({ answer: 64 << 20, object: 16 << 20, refusal: 256 << 10, objects: 200_000 })
})
