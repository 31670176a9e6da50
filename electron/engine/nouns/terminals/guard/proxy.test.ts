import { connect as dialTls, type TLSSocket } from 'node:tls'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { TerminalQuestion } from '#shared/contract/terminals.ts'
import { connect, type ClusterConnection } from '../../../kube/index.ts'
import { json, startMisbehavingServer, type MisbehavingServer } from '../../../testing/misbehavingServer.ts'
import { sameCluster } from '../../../testing/sameCluster.ts'
import { until } from '../../../testing/until.ts'
import type { AuditFact } from '../../audit/log.ts'
import { Guard } from './guard.ts'
import { startProxy, type TerminalProxy } from './proxy.ts'
import { Questions } from './questions.ts'

let server: MisbehavingServer
let connection: ClusterConnection
let questions: Questions
let proxy: TerminalProxy
let leadsTo: string
let failsToWrite: boolean

beforeEach(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context({ token: 'the real token' }))
  questions = new Questions()
  ;[leadsTo, failsToWrite] = ['one', false]
  const directory = {
    ...sameCluster,
    suiteOf: () => ({ cluster: leadsTo, namespace: 'shop' }),
    connection: () => Promise.resolve(connection),
    facts: () => ({ name: 'prod-eu-1', environment: 'production' as const, role: 'operator' as const }),
  }
  const append = (fact: AuditFact) =>
    failsToWrite
      ? Promise.reject(new Error('the disk is full'))
      : Promise.resolve({ ...fact, sequence: 1, at: 0, previousHash: '', hash: '' })
  const guard = new Guard({ directory, audit: { append }, user: 'maya', questions })
  const terminal = { streamId: 'stream-0001', context: 'context:prod', namespace: 'shop', cluster: 'one' }
  proxy = await startProxy({ terminal, guard, connection: () => Promise.resolve(connection) })
})
afterEach(async () => {
  proxy.close()
  await connection.close()
  await server.stop()
})

const pods = '/api/v1/namespaces/shop/pods'

function dial(): Promise<TLSSocket> {
  const { port, authority } = proxy.door
  return new Promise((resolve, reject) => {
    const socket = dialTls({ port, host: '127.0.0.1', ca: authority }, () => resolve(socket)).once('error', reject)
  })
}

/** Sends bytes as they are and returns all that comes back until the other side closes. */
async function raw(text: string): Promise<string> {
  const socket = await dial()
  let answer = ''
  socket.on('data', (data: Buffer) => (answer += data.toString())).on('error', () => undefined)
  socket.write(text)
  await new Promise((resolve) => socket.once('close', resolve))
  return answer
}

const authorization = () => `Authorization: Bearer ${proxy.door.token}`
const request = (line: string, headers: string[] = [], body = '') =>
  [
    `${line} HTTP/1.1`,
    'Host: x',
    authorization(),
    'Connection: close',
    ...headers,
    ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
    '',
    body,
  ].join('\r\n')

/** Lets every question be answered with a no, and returns them. */
function refusing(): TerminalQuestion[] {
  const seen: TerminalQuestion[] = []
  void (async () => {
    for await (const state of questions.watch()) {
      for (const question of state.questions) {
        seen.push(question)
        questions.answer(question.id, question.context, 'refuse')
      }
    }
  })()
  return seen
}

it('takes its own token only, in the header only', async () => {
  server.on(pods, json({ items: [] }))
  const { token } = proxy.door
  const tries = [
    '',
    'Authorization: Bearer',
    'Authorization: Bearer the real token',
    `Authorization: Basic ${token}`,
    `Authorization: Bearer ${token}x`,
    `Authorization: Bearer ${token.slice(1)}`,
    `Cookie: token=${token}`,
    'X-Remote-User: admin',
  ]
  for (const header of tries) {
    const lines = [`GET ${pods}?access_token=${token} HTTP/1.1`, 'Host: x', 'Connection: close', header].filter(Boolean)
    expect(await raw(`${lines.join('\r\n')}\r\n\r\n`), header).toMatch(/^HTTP\/1\.1 401 /)
  }
  const upgrade = `GET ${pods} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
  expect(await raw(upgrade)).toMatch(/^HTTP\/1\.1 401 /)
  expect(server.requests).toEqual([])
  expect(await raw(request(`GET ${pods}`))).toMatch(/^HTTP\/1\.1 200 /)
})

it('has a certificate that its own authority signed, and listens on this machine only', async () => {
  const { port } = proxy.door
  await expect(
    new Promise((_resolve, reject) => dialTls({ port, host: '127.0.0.1' }).once('error', reject)),
  ).rejects.toThrow(/certificate/)
  const other = await startProxy({
    terminal: { streamId: 'b', context: 'c', namespace: 'd', cluster: 'e' },
    guard: new Guard({ directory: undefined as never, audit: undefined as never, user: '', questions }),
    connection: () => Promise.reject(new Error('not asked')),
  })
  expect(other.door.token).not.toBe(proxy.door.token)
  await expect(
    new Promise((_resolve, reject) => {
      dialTls({ port, host: '127.0.0.1', ca: other.door.authority }).once('error', reject)
    }),
  ).rejects.toThrow(/certificate|signature/)
  other.close()
})

it('passes a read on with the credentials of the engine, and none of the headers that a server might obey instead', async () => {
  server.on(pods, json({ items: [] }, 200, { 'x-kubernetes-pf-flowschema-uid': 'kept', 'set-cookie': 'lost=1' }))
  const answer = await raw(
    request(`GET ${pods}?limit=5`, [
      'X-HTTP-Method-Override: DELETE',
      'X-Method-Override: DELETE',
      'X-Original-URL: /api/v1/nodes',
      'X-Remote-User: admin',
      'X-Forwarded-For: 1.2.3.4',
      'Impersonate-User: jane',
      'Cookie: a=b',
    ]),
  )
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  expect(answer).toMatch(/x-kubernetes-pf-flowschema-uid: kept/i)
  expect(answer).not.toMatch(/set-cookie/i)
  const [seen] = server.requestsTo(pods)
  expect(seen?.headers.authorization).toBe('Bearer the real token')
  expect(seen?.headers['impersonate-user']).toBe('jane')
  expect(Object.keys(seen?.headers ?? {}).filter((name) => /^(x-|cookie)/.test(name))).toEqual([])
})

it.each([
  ['two lengths', `POST ${pods} HTTP/1.1\r\nHost: x\r\nAUTH\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
  [
    'a length and chunks',
    `GET ${pods} HTTP/1.1\r\nHost: x\r\nAUTH\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nDELETE ${pods} HTTP/1.1\r\nHost: x\r\nAUTH\r\n\r\n`,
  ],
  ['odd chunks', `GET ${pods} HTTP/1.1\r\nHost: x\r\nAUTH\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  ['a line break in the path', `GET ${pods}\nX: y HTTP/1.1\r\nHost: x\r\nAUTH\r\n\r\n`],
  ['a lower-case method', `delete ${pods} HTTP/1.1\r\nHost: x\r\nAUTH\r\n\r\n`],
  ['a made-up method', `DELETEE ${pods} HTTP/1.1\r\nHost: x\r\nAUTH\r\n\r\n`],
  ['TRACE', `TRACE ${pods} HTTP/1.1\r\nHost: x\r\nAUTH\r\nConnection: close\r\n\r\n`],
  ['CONNECT', `CONNECT elsewhere:443 HTTP/1.1\r\nHost: x\r\nAUTH\r\n\r\n`],
  ['HTTP/2 at once', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  [
    'h2c',
    `GET ${pods} HTTP/1.1\r\nHost: x\r\nAUTH\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n`,
  ],
])('nothing of it reaches the cluster: %s', async (_what, text) => {
  server.on(pods, json({ items: [] }))
  const answer = await raw(text.replaceAll('AUTH', authorization()))
  expect(answer).not.toMatch(/ 200 /)
  expect(server.requests).toEqual([])
})

it('a body of a read is not passed on, so nothing hides in it', async () => {
  server.on(pods, json({ items: [] }))
  const hidden = `DELETE ${pods} HTTP/1.1\r\nHost: x\r\n\r\n`
  expect(await raw(request(`GET ${pods}`, [], hidden))).toMatch(/^HTTP\/1\.1 200 /)
  expect(server.requests).toMatchObject([{ method: 'GET', body: '' }])
})

it('two requests on one connection are judged one by one', async () => {
  server.on(pods, json({ items: [] }))
  const seen = refusing()
  const first = `GET ${pods} HTTP/1.1\r\nHost: x\r\n${authorization()}\r\n\r\n`
  const answer = await raw(first + request(`DELETE ${pods}/web`))
  expect(answer).toMatch(/ 200 [^]* 403 /)
  expect(seen).toMatchObject([{ verb: 'delete', names: ['web'] }])
  expect(server.requests.map(({ method }) => method)).toEqual(['GET'])
})

it('asks about each of these, and a no is a Status that says what happened', async () => {
  const seen = refusing()
  const lines = [
    `DELETE ${pods}/web`,
    `GET ${pods}/web/exec?command=id`,
    `GET /api/v1/namespaces/shop/pods/web%2fexec`,
    `GET /api//v1/pods`,
    `GET /api/v1/../../secrets`,
    `POST ${pods}?dryRun=All&dryRun=All`,
    `PATCH ${pods}/web`,
  ]
  for (const line of lines) {
    const answer = await raw(request(line, [], line.startsWith('PATCH') ? '{}' : ''))
    expect(answer, line).toMatch(/^HTTP\/1\.1 403 /)
    expect(JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? '')).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
      message: "Refused in the console's window: a change to prod-eu-1 (production). It was not sent to the cluster.",
    })
  }
  expect(seen).toHaveLength(lines.length)
  expect(server.requests).toEqual([])
})

it('an upgrade that the cluster does not take ends its connection: what follows is no request', async () => {
  server.on(`${pods}/web/exec`, json({ kind: 'Status' }, 400))
  void (async () => {
    for await (const state of questions.watch())
      for (const { id, context } of state.questions) questions.answer(id, context, 'once')
  })()
  const upgrade = `GET ${pods}/web/exec HTTP/1.1\r\nHost: x\r\n${authorization()}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
  const answer = await raw(`${upgrade}${request(`DELETE ${pods}/web`)}`)
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  expect(server.requests.map(({ method }) => method)).not.toContain('DELETE')
})

it('a Secret is asked about without its values', async () => {
  const seen = refusing()
  const secrets = '/api/v1/namespaces/shop/secrets'
  const bodies = [
    { kind: 'Secret', metadata: { name: 's' }, data: { key: 'aHVudGVyMg==' }, stringData: { key: 'hunter2' } },
    { metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":"hunter2"}' } } },
    [{ op: 'replace', path: '/data/key', value: 'hunter2' }],
    { $patch: 'replace', data: { key: 'aHVudGVyMg==' } },
  ]
  for (const [index, body] of bodies.entries())
    await raw(
      request(
        index === 0 ? `POST ${secrets}` : `PATCH ${secrets}/s`,
        ['Content-Type: application/json'],
        JSON.stringify(body),
      ),
    )
  expect(seen).toHaveLength(4)
  expect(seen[0]).toMatchObject({ names: ['s'], resource: 'secrets' })
  expect(seen[0]?.content).toContain('"key": "[not shown]"')
  for (const { content } of seen) expect(content).not.toMatch(/hunter2|aHVudGVyMg/)
})

it('nothing is sent while no entry can be written', async () => {
  failsToWrite = true
  void (async () => {
    for await (const state of questions.watch())
      for (const { id, context } of state.questions) questions.answer(id, context, 'once')
  })()
  expect(await raw(request(`PATCH ${pods}/web`, ['Content-Type: application/json'], '{}'))).toMatch(/^HTTP\/1\.1 500 /)
  expect(server.requests).toEqual([])
})

it('a context that leads to another cluster by now is not followed', async () => {
  leadsTo = 'two'
  const answer = await raw(request(`GET ${pods}`))
  expect(answer).toMatch(/^HTTP\/1\.1 403 /)
  expect(answer).toContain('another cluster than when this terminal was opened')
  expect(server.requests).toEqual([])
})

it('a redirect to another host is not handed on', async () => {
  server.on(pods, json({}, 302, { location: 'https://elsewhere.example/' }))
  expect(await raw(request(`GET ${pods}`))).not.toMatch(/location/i)
})

it('ends what is under way when its terminal does', async () => {
  const socket = await dial()
  const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve))
  socket.write(request(`DELETE ${pods}/web`))
  await until(() => questions.state.questions.length === 1, 'the question')
  proxy.close()
  await closed
  await until(() => questions.state.questions.length === 0, 'the question to go')
})
