import { connect as dialTarget, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { json, startMisbehavingServer, type MisbehavingServer } from '../testing/misbehavingServer.ts'
import { connect } from './connection.ts'
import { execToCompletion } from './exec.ts'
import { proxyFor } from './proxy.ts'

let server: MisbehavingServer
let proxy: Server | undefined
const sockets = new Set<Socket>()
beforeEach(async () => void (server = await startMisbehavingServer()))
afterEach(async () => {
  await server.stop()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => (proxy ? proxy.close(resolve) : resolve(undefined)))
  proxy = undefined
})

async function startProxy(serve: (socket: Socket) => void): Promise<number> {
  proxy = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    serve(socket)
  })
  await new Promise<void>((resolve) => void proxy?.listen(0, '127.0.0.1', resolve))
  return (proxy.address() as AddressInfo).port
}

function join(socket: Socket, port: number, answer: Buffer | string): void {
  const onward = dialTarget(port, '127.0.0.1', () => {
    socket.write(answer)
    socket.pipe(onward).pipe(socket)
  })
  sockets.add(onward)
  onward.on('error', () => undefined)
  socket.on('close', () => onward.destroy())
}

/** RFC 1928, with name and password where they are given. */
const socks =
  (login?: string) =>
  (socket: Socket): void => {
    let stage: 'greeting' | 'login' | 'request' = 'greeting'
    socket.on('data', (data) => {
      if (stage === 'greeting') {
        stage = login === undefined ? 'request' : 'login'
        socket.write(Buffer.from([5, login === undefined ? 0 : 2]))
      } else if (stage === 'login') {
        const name = data.subarray(2, 2 + (data[1] ?? 0)).toString()
        stage = 'request'
        socket.write(Buffer.from([1, name === login ? 0 : 1]))
      } else {
        socket.removeAllListeners('data')
        join(socket, data.readUInt16BE(data.length - 2), Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
      }
    })
  }

it.each([
  ['without a login', undefined, 'socks5://'],
  ['with a login', 'maya', 'socks5://maya:secret@'],
])('goes through a SOCKS5 proxy %s', async (_how, login, prefix) => {
  server.on('/version', json({ through: 'socks' }))
  const port = await startProxy(socks(login))
  const connection = connect(server.context({}, { proxyUrl: `${prefix}127.0.0.1:${port}` }))
  await expect(connection.request('GET', '/version')).resolves.toEqual({ through: 'socks' })
  await connection.close()
})

it('takes WebSockets through the proxy too', async () => {
  const path = '/api/v1/namespaces/shop/pods/web/exec'
  server.onSocket(path, ['v5.channel.k8s.io'], (socket) => {
    socket.send(Buffer.from(`\x03${JSON.stringify({ status: 'Success' })}`))
  })
  const port = await startProxy((socket) => {
    socket.once('data', () => join(socket, Number(new URL(server.url).port), 'HTTP/1.1 200 OK\r\n\r\n'))
  })
  const connection = connect(server.context({}, { proxyUrl: `http://127.0.0.1:${port}` }))
  const done = await execToCompletion(connection, { namespace: 'shop', pod: 'web', command: ['true'] })
  expect(done.exitCode).toBe(0)
  await connection.close()
})

it('says what the proxy answered', async () => {
  const port = await startProxy((socket) => void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'))
  const connection = connect(server.context({}, { proxyUrl: `http://127.0.0.1:${port}` }))
  const failure = connection.request('GET', '/version')
  await expect(failure).rejects.toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
  await expect(failure).rejects.toThrow('407')
  await connection.close()
})

it('follows HTTPS_PROXY and NO_PROXY as Go does, never for this machine itself', () => {
  const of = (host: string, environment: Record<string, string>): string | undefined =>
    proxyFor({ name: 'x', server: `https://${host}:6443`, skipTlsVerify: false }, environment)?.host
  const environment = { HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.internal, exact.example' }
  expect(of('cluster.example', environment)).toBe('proxy:3128')
  expect(of('cluster.example', { https_proxy: 'proxy:3128' })).toBe('proxy:3128')
  for (const host of ['a.internal', 'exact.example', 'localhost', '127.0.0.1', '[::1]'])
    expect(of(host, environment)).toBeUndefined()
  expect(of('cluster.example', { ...environment, NO_PROXY: '*' })).toBeUndefined()
  expect(() => proxyFor({ name: 'x', server: 'https://x', skipTlsVerify: false, proxyUrl: 'ftp://p' }, {})).toThrow(
    expect.objectContaining({ code: 'KUBECONFIG_INVALID' }),
  )
})
