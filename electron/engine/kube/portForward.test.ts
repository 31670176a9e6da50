import { connect as dialLocal } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { startMisbehavingServer, type MisbehavingServer, type SocketReply } from '../testing/misbehavingServer.ts'
import { until } from '../testing/until.ts'
import { connect } from './connection.ts'
import { openPort, portForward } from './portForward.ts'
import type { ClusterConnection } from './types.ts'

const path = '/api/v1/namespaces/shop/pods/db/portforward'
const target = { namespace: 'shop', pod: 'db', port: 5432 }
/** 5432 as the protocol's little-endian header. */
const header = Buffer.from([0x38, 0x15])

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

const say = (socket: WebSocket, channel: number, payload: string | Buffer): void =>
  socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(payload)]))

/** Answers each message in capitals, after the headers of both channels. */
const shouting: SocketReply = (socket) => {
  say(socket, 0, header)
  say(socket, 1, header)
  socket.on('message', (data: Buffer) => say(socket, 0, data.subarray(1).toString().toUpperCase()))
}

async function ask(port: number, text: string): Promise<string> {
  const socket = dialLocal(port, '127.0.0.1')
  socket.write(text)
  const answer = await new Promise<string>((resolve, reject) => {
    socket.once('data', (data) => resolve(data.toString()))
    socket.once('error', reject).once('close', () => reject(new Error('closed')))
  })
  socket.destroy()
  return answer
}

it('carries bytes both ways in process, without the headers', async () => {
  server.onSocket(path, ['v4.channel.k8s.io'], shouting)
  const stream = await openPort(connection, target)
  stream.write('select 1')
  const [answer] =
    (await new Promise<Buffer[]>((resolve) => stream.once('data', (data: Buffer) => resolve([data])))) ?? []
  expect(answer?.toString()).toBe('SELECT 1')
  expect(server.requests[0]?.query.get('ports')).toBe('5432')
  stream.destroy()
})

it('is closed both ways when the other side has ended, so that nobody waits for an answer', async () => {
  server.onSocket(path, ['v4.channel.k8s.io'], (socket) => {
    say(socket, 0, header)
    say(socket, 1, header)
    socket.on('message', () => {
      say(socket, 0, 'last words')
      socket.close(1000)
    })
  })
  const stream = await openPort(connection, target)
  let heard = ''
  stream.on('data', (data: Buffer) => (heard += data.toString()))
  stream.write('select pg_sleep(60)')
  await until(() => stream.closed, 'the stream to close')
  expect(heard).toBe('last words')
})

it('forwards a loopback port, and one failing connection leaves the rest alone', async () => {
  const failing: SocketReply = (socket) => {
    say(socket, 0, header)
    say(socket, 1, header)
    say(socket, 1, 'dial tcp 127.0.0.1:5432: connect: connection refused')
  }
  server.onSocket(path, ['v4.channel.k8s.io'], failing, shouting)
  const forward = await portForward(connection, target)
  await expect(ask(forward.localPort, 'a')).rejects.toThrow()
  expect(forward.lastError).toMatchObject({
    code: 'CONNECTION_LOST',
    details: { why: expect.stringContaining('refused') as string },
  })
  await expect(Promise.all([ask(forward.localPort, 'one'), ask(forward.localPort, 'two')])).resolves.toEqual([
    'ONE',
    'TWO',
  ])
  await until(() => forward.connections === 0, 'the connections to end')
  await forward.close()
  await expect(ask(forward.localPort, 'late')).rejects.toThrow()
})

it('keeps listening while the pod is away', async () => {
  const forward = await portForward(connection, target)
  await expect(ask(forward.localPort, 'a')).rejects.toThrow()
  expect(forward.lastError).toMatchObject({ code: 'NOT_FOUND' })
  server.onSocket(path, ['v4.channel.k8s.io'], shouting)
  await expect(ask(forward.localPort, 'b')).resolves.toBe('B')
  await forward.close()
})

it('delivers everything before the end of the remote side', async () => {
  const size = 3_000_000
  server.onSocket(path, ['v4.channel.k8s.io'], (socket) => {
    say(socket, 0, header)
    say(socket, 1, header)
    say(socket, 0, Buffer.alloc(size, 7))
    socket.close(1000)
  })
  const forward = await portForward(connection, target)
  const socket = dialLocal(forward.localPort, '127.0.0.1')
  let received = 0
  for await (const chunk of socket) received += (chunk as Buffer).length
  expect(received).toBe(size)
  await forward.close()
})

it('says that the local port is taken', async () => {
  const forward = await portForward(connection, target)
  await expect(portForward(connection, { ...target, localPort: forward.localPort })).rejects.toMatchObject({
    code: 'BUSY',
  })
  await forward.close()
})

it('closes the listener on request', async () => {
  const controller = new AbortController()
  const forward = await portForward(connection, { ...target, signal: controller.signal })
  controller.abort()
  await until(
    () =>
      ask(forward.localPort, 'x').then(
        () => false,
        () => true,
      ),
    'the listener to close',
  )
})
