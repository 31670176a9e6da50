import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { elsewhere, otherAuthority } from '../testing/certificates.ts'
import {
  chunks,
  clientCertificate,
  json,
  startMisbehavingServer,
  status,
  type MisbehavingServer,
} from '../testing/misbehavingServer.ts'
import { connect } from './connection.ts'
import type { ClusterConnection, ExecPlugin } from './types.ts'

let server: MisbehavingServer
const connections: ClusterConnection[] = []
const folders: string[] = []

const start = async (options = {}): Promise<void> => void (server = await startMisbehavingServer(options))
const open = (...[user, cluster, options]: [object?, object?, object?]): ClusterConnection => {
  const connection = connect(server.context(user, cluster), options)
  connections.push(connection)
  return connection
}

afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.close()))
  await server.stop()
  folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true }))
})

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'console-kube-'))
  folders.push(made)
  return made
}

it('sends the token and reads JSON', async () => {
  await start()
  server.on('/version', json({ gitVersion: 'v1.35.0' }))
  await expect(open({ token: 'secret' }).request('GET', '/version')).resolves.toEqual({ gitVersion: 'v1.35.0' })
  expect(server.requests[0]?.headers.authorization).toBe('Bearer secret')
})

it('pools: twenty requests in a row do not open twenty connections', async () => {
  await start()
  server.on('/version', json({}))
  const connection = open()
  for (let count = 0; count < 20; count += 1) await connection.request('GET', '/version')
  // A second one where a request starts in the very moment in which the first socket is handed back.
  expect(server.connections).toBeLessThanOrEqual(2)
})

it('keeps the path of a server behind a prefix and encodes queries', async () => {
  await start()
  server.on('/k8s/clusters/c-1/api/v1/pods', json({ items: [] }))
  const connection = open({}, { server: `${server.url}/k8s/clusters/c-1` })
  await connection.request('GET', '/api/v1/pods', {
    query: { labelSelector: 'app in (a, b)', ports: ['1', '2'], none: undefined },
  })
  const { query } = server.requests[0] ?? {}
  expect([query?.get('labelSelector'), query?.getAll('ports'), query?.has('none')]).toEqual([
    'app in (a, b)',
    ['1', '2'],
    false,
  ])
})

it('presents a client certificate', async () => {
  await start({ demandsCertificate: true })
  server.on('/version', json({}))
  await expect(open(clientCertificate).request('GET', '/version')).resolves.toEqual({})
  await expect(open().request('GET', '/version')).rejects.toThrow(/connection to the cluster/)
})

it('impersonates user and groups', async () => {
  await start()
  server.on('/version', json({}))
  await open({ impersonate: { user: 'eve', groups: ['a', 'b'], extra: {} } }).request('GET', '/version')
  const { headers } = server.requests[0] ?? {}
  expect([headers?.['impersonate-user'], headers?.['impersonate-group']]).toEqual(['eve', 'a, b'])
})

it('tells a certificate for other names, an unknown authority and a plain port apart', async () => {
  await start({ keyPair: elsewhere })
  const names = await open()
    .request('GET', '/version')
    .catch((error: unknown) => error)
  expect(names).toMatchObject({ code: 'TLS_MISMATCH', details: { reason: 'ERR_TLS_CERT_ALTNAME_INVALID' } })
  const authority = await open({}, { caData: otherAuthority })
    .request('GET', '/version')
    .catch((error: unknown) => error)
  expect(authority).toMatchObject({ code: 'TLS_MISMATCH' })
  await server.stop()
  await start({ plain: true })
  const plain = await open({}, { server: server.url.replace('http:', 'https:') })
    .request('GET', '/version')
    .catch((error: unknown) => error)
  expect(plain).toMatchObject({ code: 'TLS_MISMATCH' })
  expect(String(plain)).toContain('does not speak TLS')
})

it('accepts a certificate for the name in tls-server-name', async () => {
  await start({ keyPair: elsewhere })
  server.on('/version', json({}))
  await expect(open({}, { tlsServerName: 'elsewhere.example' }).request('GET', '/version')).resolves.toEqual({})
})

it('says that nothing listens', async () => {
  await start()
  const connection = open()
  await server.stop()
  await expect(connection.request('GET', '/version')).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
    details: { reason: 'ECONNREFUSED' },
  })
  await start()
})

it.each([
  [400, 'BadRequest', {}, 'BAD_INPUT'],
  [401, 'Unauthorized', {}, 'UNAUTHENTICATED'],
  [403, 'Forbidden', {}, 'FORBIDDEN'],
  [403, 'Forbidden', { details: { causes: [{ reason: 'NamespaceTerminating' }] } }, 'NAMESPACE_TERMINATING'],
  [404, 'NotFound', {}, 'NOT_FOUND'],
  [409, 'AlreadyExists', {}, 'ALREADY_EXISTS'],
  [409, 'Conflict', {}, 'CONFLICT'],
  [410, 'Expired', {}, 'EXPIRED'],
  [422, 'Invalid', {}, 'BAD_INPUT'],
  [429, 'TooManyRequests', {}, 'TOO_MANY_REQUESTS'],
  [503, 'ServiceUnavailable', {}, 'CLUSTER_UNREACHABLE'],
  [504, 'Timeout', {}, 'TIMEOUT'],
])('turns %d %s %j into %s', async (code, reason, more, expected) => {
  await start()
  server.on('/api/v1/namespaces/shop/pods', status(code, reason, more))
  const failure = open().request('POST', '/api/v1/namespaces/shop/pods', { body: {} })
  await expect(failure).rejects.toMatchObject({
    code: expected,
    details: { verb: 'create', resource: 'pods', namespace: 'shop' },
  })
})

it('names verb and resource in a refusal', async () => {
  await start()
  server.on('/apis/apps/v1/namespaces/shop/deployments', status(403, 'Forbidden'))
  await expect(open().request('GET', '/apis/apps/v1/namespaces/shop/deployments')).rejects.toThrow(
    /may not list deployments in namespace shop/,
  )
})

it('takes escape sequences out of what the server says', async () => {
  await start()
  server.on('/api/v1/pods', status(400, 'BadRequest', { message: '\u001b[31mred\u001b[0m\u0007' }))
  await expect(open().request('GET', '/api/v1/pods')).rejects.toMatchObject({ details: { said: 'red\u2407' } })
})

it('waits as long as Retry-After says, then succeeds', async () => {
  await start()
  server.on(
    '/version',
    status(429, 'TooManyRequests', {}, { 'retry-after': '7' }),
    status(503, 'ServiceUnavailable', {}, { 'retry-after': '3' }),
    json({ ok: true }),
  )
  const waits: number[] = []
  const clock = {
    now: () => 0,
    random: () => 0,
    delay: (milliseconds: number) => (waits.push(milliseconds), Promise.resolve()),
  }
  await expect(open({}, {}, { clock }).request('GET', '/version')).resolves.toEqual({ ok: true })
  expect(waits).toEqual([7000, 3000])
})

it('does not try an eviction again: its 429 is a disruption budget', async () => {
  await start()
  server.on('/api/v1/namespaces/shop/pods/a/eviction', status(429, 'TooManyRequests', {}, { 'retry-after': '1' }))
  await expect(open().request('POST', '/api/v1/namespaces/shop/pods/a/eviction', { body: {} })).rejects.toMatchObject({
    code: 'TOO_MANY_REQUESTS',
  })
  expect(server.requests).toHaveLength(1)
})

it('reads a token file again after a 401, once', async () => {
  await start()
  const tokenFile = join(folder(), 'token')
  writeFileSync(tokenFile, 'old\n')
  server.on('/version', json({}), status(401, 'Unauthorized'), json({ renewed: true }), status(401, 'Unauthorized'))
  const connection = open({ tokenFile })
  await connection.request('GET', '/version')
  writeFileSync(tokenFile, 'new\n')
  await expect(connection.request('GET', '/version')).resolves.toEqual({ renewed: true })
  expect(server.requests.map((request) => request.headers.authorization)).toEqual([
    'Bearer old',
    'Bearer old',
    'Bearer new',
  ])
  await expect(connection.request('GET', '/version')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(server.requests).toHaveLength(5)
})

function plugin(script: string): ExecPlugin & { counter: string } {
  const directory = folder()
  const command = join(directory, 'sign-in')
  const counter = join(directory, 'counter')
  writeFileSync(command, `#!/bin/sh\necho run >> "${counter}"\n${script}\n`)
  chmodSync(command, 0o755)
  return {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    args: ['a b', '$(touch x)'],
    env: [],
    provideClusterInfo: false,
    interactiveMode: 'Never',
    counter,
  }
}

const handsOut = (expires: string): string =>
  `printf '{"status":{"token":"%s","expirationTimestamp":"${expires}"}}' "$(wc -l < "$(dirname "$0")/counter" | tr -d ' ')"`

it('never runs a program of the kubeconfig without approval of its path and hash', async () => {
  await start()
  const exec = plugin(handsOut('2126-01-01T00:00:00Z'))
  await expect(open({ exec }).request('GET', '/version')).rejects.toMatchObject({
    code: 'FORBIDDEN',
    details: { execPlugin: exec.command },
  })
  const asked: string[] = []
  const refuse = (path: string, sha256: string): boolean => (asked.push(path, sha256), false)
  await expect(open({ exec }, {}, { allowExecPlugin: refuse }).request('GET', '/version')).rejects.toMatchObject({
    code: 'FORBIDDEN',
  })
  expect(asked[0]).toBe(exec.command)
  expect(asked[1]).toMatch(/^[0-9a-f]{64}$/)
  expect(() => readFileSync(exec.counter)).toThrow()
})

it('runs an approved program once for many requests, and again before its token expires', async () => {
  await start()
  server.on('/version', json({}))
  const exec = plugin(handsOut('2030-01-01T01:00:00Z'))
  let now = Date.parse('2030-01-01T00:00:00Z')
  const clock = { now: () => now, random: () => 0, delay: () => Promise.resolve() }
  const connection = open({ exec }, {}, { allowExecPlugin: () => true, clock })
  await Promise.all([connection.request('GET', '/version'), connection.request('GET', '/version')])
  now = Date.parse('2030-01-01T00:58:00Z')
  await connection.request('GET', '/version')
  now = Date.parse('2030-01-01T00:59:30Z')
  await connection.request('GET', '/version')
  expect(server.requests.map((request) => request.headers.authorization)).toEqual([
    'Bearer 1',
    'Bearer 1',
    'Bearer 1',
    'Bearer 2',
  ])
})

it('passes arguments to the program without a shell', async () => {
  await start()
  server.on('/version', json({}))
  const exec = plugin(`printf '{"status":{"token":"%s|%s"}}' "$1" "$2"`)
  await open({ exec }, {}, { allowExecPlugin: () => true }).request('GET', '/version')
  expect(server.requests[0]?.headers.authorization).toBe('Bearer a b|$(touch x)')
})

it('reports a failing sign-in program with its words', async () => {
  await start()
  const exec = { ...plugin('echo "session ended" >&2; exit 3'), installHint: 'see the handbook' }
  const failure = open({ exec }, {}, { allowExecPlugin: () => true }).request('GET', '/version')
  await expect(failure).rejects.toMatchObject({ code: 'UNAUTHENTICATED', details: { raw: 'session ended\n' } })
  await expect(failure).rejects.toThrow('see the handbook')
})

it('stops on request and on its timeout', async () => {
  await start()
  server.on('/version', chunks(['{'], 'silence'))
  const connection = open()
  const controller = new AbortController()
  const stopped = connection.request('GET', '/version', { signal: controller.signal })
  controller.abort()
  await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' })
  await expect(connection.request('GET', '/version', { timeout: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' })
  const closing = connection.request('GET', '/version')
  await connection.close()
  await expect(closing).rejects.toMatchObject({ code: 'CANCELLED' })
})

it('reads again when a pooled connection was closed by the server, but does not repeat a write', async () => {
  await start()
  server.on('/version', (_request, _response, socket) => void socket.destroy(), json({ ok: 1 }))
  const connection = open()
  await expect(connection.request('GET', '/version')).resolves.toEqual({ ok: 1 })
  server.on('/api/v1/pods', (_request, _response, socket) => void socket.destroy())
  await expect(connection.request('POST', '/api/v1/pods', { body: {} })).rejects.toThrow(
    /not known whether the change was made/,
  )
  expect(server.requestsTo('/api/v1/pods')).toHaveLength(1)
})

it('goes through an HTTP proxy named in the kubeconfig', async () => {
  await start()
  server.on('/version', json({ through: 'proxy' }))
  const asked: string[] = []
  const target = new URL(server.url)
  const { connect: dialTarget } = await import('node:net')
  const proxy = createServer((socket) => {
    socket.once('data', (head) => {
      asked.push(head.toString('latin1').split('\r\n')[0] ?? '')
      const onward = dialTarget(Number(target.port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        socket.pipe(onward).pipe(socket)
      })
      onward.on('error', () => undefined)
      socket.on('error', () => undefined).on('close', () => onward.destroy())
    })
  })
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address() as { port: number }
  const connection = open({}, { proxyUrl: `http://127.0.0.1:${address.port}` })
  await expect(connection.request('GET', '/version')).resolves.toEqual({ through: 'proxy' })
  expect(asked).toEqual([`CONNECT 127.0.0.1:${target.port} HTTP/1.1`])
  await connection.close()
  await new Promise((resolve) => proxy.close(resolve))
})

it('opens new connections after reconnect', async () => {
  await start()
  server.on('/version', json({}))
  const connection = open()
  let told = 0
  connection.onReconnect(() => (told += 1))
  await connection.request('GET', '/version')
  connection.reconnect()
  await connection.request('GET', '/version')
  expect([server.connections, told]).toEqual([2, 1])
})
