import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { json, startMisbehavingServer, type MisbehavingServer, type SocketReply } from '../testing/misbehavingServer.ts'
import { still, until } from '../testing/until.ts'
import { connect } from './connection.ts'
import { exec, execToCompletion } from './exec.ts'
import type { ExecOptions } from './streamTypes.ts'
import type { ClusterConnection } from './types.ts'

const path = '/api/v1/namespaces/shop/pods/web/exec'
const both = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

let server: MisbehavingServer
let connection: ClusterConnection
beforeEach(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context())
})
afterEach(async () => {
  await connection.close()
  await server.stop()
})

const options = (command: string[], more: Partial<ExecOptions> = {}): ExecOptions => ({
  namespace: 'shop',
  pod: 'web',
  command,
  ...more,
})
const say = (socket: WebSocket, channel: number, text: string | Buffer): void =>
  socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]))
const success = JSON.stringify({ status: 'Success' })
const exitWith = (code: number): string =>
  JSON.stringify({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  })

/** Echoes stdin to stdout until it is closed the v5 way, then exits 0. */
const cat: SocketReply = (socket) =>
  socket.on('message', (data: Buffer) => {
    if (data[0] === 0) say(socket, 1, data.subarray(1))
    if (data[0] === 255 && data[1] === 0) {
      say(socket, 3, success)
      socket.close()
    }
  })

it('keeps the outputs apart and gives the exit code', async () => {
  server.onSocket(path, both, (socket) => {
    say(socket, 1, 'out 1 ')
    say(socket, 2, 'err')
    say(socket, 1, 'out 2')
    say(socket, 3, exitWith(3))
    socket.close()
  })
  await expect(execToCompletion(connection, options(['sh', '-c', 'x y']))).resolves.toEqual({
    exitCode: 3,
    stdout: 'out 1 out 2',
    stderr: 'err',
  })
  const { query } = server.requests[0] ?? {}
  expect(query?.getAll('command')).toEqual(['sh', '-c', 'x y'])
  expect([query?.get('stdin'), query?.get('stdout'), query?.get('stderr'), query?.get('tty')]).toEqual([
    'false',
    'true',
    'true',
    'false',
  ])
})

it('ends stdin on v5 with a close frame, and every byte comes back', async () => {
  server.onSocket(path, both, cat)
  const input = Buffer.from('ä'.repeat(300_000))
  const session = await exec(connection, options(['cat'], { stdin: true }))
  expect(session.protocol).toBe('v5.channel.k8s.io')
  session.stdin.end(input)
  const chunks: Buffer[] = []
  for await (const chunk of session.stdout) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).equals(input)).toBe(true)
  await expect(session.status).resolves.toEqual({ exitCode: 0 })
})

it('refuses to end stdin on v4, where a command could never learn of it', async () => {
  server.onSocket(path, ['v4.channel.k8s.io'], cat)
  const session = await exec(connection, options(['cat'], { stdin: true }))
  expect(session.protocol).toBe('v4.channel.k8s.io')
  session.stdin.end('some')
  await expect(session.status).rejects.toMatchObject({ code: 'BAD_INPUT' })
})

it.each([
  ['closes in order', (socket: WebSocket) => socket.close()],
  ['is cut', (socket: WebSocket) => socket.terminate()],
])('never takes a stream that %s without a status for success', async (_how, end) => {
  server.onSocket(path, both, (socket) => {
    say(socket, 1, 'half of the da')
    setTimeout(() => end(socket), 20)
  })
  const session = await exec(connection, options(['pg_dump']))
  await expect(session.status).rejects.toMatchObject({ code: 'STREAM_BROKEN' })
  await expect(session.stdout.toArray()).rejects.toMatchObject({ code: 'STREAM_BROKEN' })
})

it('pauses the socket while nobody reads, and loses nothing', async () => {
  const size = 64 * 1024
  const count = 800
  let sent = 0
  server.onSocket(path, both, (socket) => {
    const next = (): void => {
      if (sent === count) {
        say(socket, 3, success)
        socket.close()
        return
      }
      sent += 1
      socket.send(Buffer.concat([Buffer.from([1]), Buffer.alloc(size, sent % 256)]), next)
    }
    next()
  })
  const session = await exec(connection, options(['cat', 'big']))
  // The network's buffers are full then, and ours are not growing.
  expect(await still(() => sent, 'the peer')).toBeLessThan(count)
  expect(session.stdout.readableLength).toBeLessThan(2 * 1024 * 1024)
  let bytes = 0
  for await (const chunk of session.stdout) bytes += (chunk as Buffer).length
  expect(bytes).toBe(size * count)
  await expect(session.status).resolves.toEqual({ exitCode: 0 })
})

it.each([
  [['bash'], 'exec: "bash": executable file not found in $PATH: unknown', 'NO_SHELL'],
  [['/bin/sh'], 'exec: "/bin/sh": stat /bin/sh: no such file or directory', 'NO_SHELL'],
  [['pg_dump'], 'exec: "pg_dump": executable file not found in $PATH', 'COMMAND_FAILED'],
])('tells a missing program: %j', async (command, message, code) => {
  server.onSocket(path, both, (socket) => {
    say(socket, 3, JSON.stringify({ status: 'Failure', reason: 'InternalError', message }))
    socket.close()
  })
  const session = await exec(connection, options(command))
  await expect(session.status).rejects.toMatchObject({ code })
})

it('resizes, and asks for no stderr with a terminal', async () => {
  const sizes: string[] = []
  server.onSocket(path, both, (socket) => {
    socket.on('message', (data: Buffer) => {
      if (data[0] === 4) sizes.push(data.subarray(1).toString())
      say(socket, 3, success)
    })
  })
  const session = await exec(connection, options(['sh'], { tty: true, stdin: true }))
  session.resize(120, 40)
  await session.status
  expect(sizes).toEqual(['{"Width":120,"Height":40}'])
  expect(server.requests[0]?.query.get('stderr')).toBe('false')
})

it('notices by pings that the peer is gone, and lets a silent one live', async () => {
  server.onSocket(path, both, (socket) => socket.pause())
  const dead = await exec(connection, options(['sleep']), { idle: 50, timeout: 100 })
  await expect(dead.status).rejects.toMatchObject({ code: 'STREAM_BROKEN' })
  let pings = 0
  server.onSocket(path, both, (socket) => {
    socket.on('ping', () => {
      pings += 1
      if (pings === 4) say(socket, 3, success)
    })
  })
  const silent = await exec(connection, options(['sleep']), { idle: 30, timeout: 20_000 })
  await expect(silent.status).resolves.toEqual({ exitCode: 0 })
})

it('reports a refused upgrade with its reason', async () => {
  await expect(exec(connection, options(['sh']))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    details: { resource: 'pods/exec' },
  })
})

it('renews the sign-in when the upgrade is answered with 401', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-exec-'))
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, 'old')
  const signedIn = connect(server.context({ tokenFile }))
  server.on('/version', json({}))
  await signedIn.request('GET', '/version')
  writeFileSync(tokenFile, 'new')
  server.onSocket(path, both, 401, (socket) => say(socket, 3, success))
  await expect(execToCompletion(signedIn, options(['true']))).resolves.toMatchObject({ exitCode: 0 })
  expect(server.requestsTo(path).map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new'])
  await signedIn.close()
  rmSync(folder, { recursive: true })
})

it('stops on request', async () => {
  let closed = false
  server.onSocket(path, both, (socket) => void socket.on('close', () => (closed = true)))
  const controller = new AbortController()
  const session = await exec(connection, options(['sh'], { signal: controller.signal }))
  controller.abort()
  await expect(session.status).rejects.toMatchObject({ code: 'CANCELLED' })
  await until(() => closed, 'the peer to see the end')
})
