import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ConsoleError } from '#shared/errors.ts'
import { addressOf } from './address.ts'
import { isExempt } from './noProxy.ts'
import type { ClusterEntry } from './types.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface TunnelOptions {
  signal?: AbortSignal
  /** Milliseconds for the proxy's answer. */
  timeout?: number
}

/**
 * The proxy for a cluster: `proxy-url` of its kubeconfig entry, else HTTPS_PROXY or HTTP_PROXY. As in Go, the environment's proxy is never
 * used for this machine itself nor for what NO_PROXY lists; an empty variable counts as unset.
 * @throws ConsoleError KUBECONFIG_INVALID when the proxy is of a kind that cannot be used
 */
export function proxyFor(cluster: ClusterEntry, environment: Environment): URL | undefined {
  if (cluster.proxyUrl !== undefined) return parseProxy(cluster.proxyUrl)
  const { host, port, isTls } = addressOf(cluster)
  const value = anyOf(environment, isTls ? 'HTTPS_PROXY' : 'HTTP_PROXY')
  if (value === '' || isExempt(host, port, anyOf(environment, 'NO_PROXY'))) return undefined
  return parseProxy(value.includes('://') ? value : `http://${value}`)
}

function anyOf(environment: Environment, variable: string): string {
  return environment[variable] || environment[variable.toLowerCase()] || ''
}

function parseProxy(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && ['http:', 'https:', 'socks5:', 'socks5h:'].includes(url.protocol)) return url
  throw new ConsoleError(
    'KUBECONFIG_INVALID',
    'The proxy of this cluster is not usable: only http, https and socks5 proxies are. Nothing was sent. Correct proxy-url in the kubeconfig or HTTPS_PROXY.',
    { proxy: text.replace(/\/\/[^@/]*@/, '//') },
  )
}

/** An open connection to `host:port` through the proxy whose TCP connection is given. */
export async function tunnelThrough(
  proxy: URL,
  socket: Socket,
  host: string,
  port: number,
  options: TunnelOptions,
): Promise<Socket> {
  const timer = setTimeout(() => socket.destroy(new Error('the proxy does not answer')), options.timeout ?? 15_000)
  const abort = (): void => void socket.destroy(new ConsoleError('CANCELLED', 'Stopped on request.'))
  options.signal?.addEventListener('abort', abort, { once: true })
  try {
    if (proxy.protocol.startsWith('socks')) return await socks5(proxy, socket, host, port)
    const link = proxy.protocol === 'https:' ? connectTls({ socket, servername: proxy.hostname }) : socket
    return await httpConnect(proxy, link, host, port)
  } catch (thrown) {
    socket.on('error', () => undefined).destroy()
    if (thrown instanceof ConsoleError) throw thrown
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new ConsoleError(
      'CLUSTER_UNREACHABLE',
      `The proxy ${proxy.host} did not connect to ${host}:${port}: ${reason}. Check the proxy or proxy-url in the kubeconfig.`,
      { proxy: proxy.host, reason },
      { cause: thrown },
    )
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', abort)
  }
}

/** Reads until `isEnough` finds its answer; what follows stays in the socket. */
function readUntil<Answer>(
  socket: Socket,
  find: (bytes: Buffer) => { answer: Answer; length: number } | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const finish = (settle: () => void): void => {
      socket.off('readable', read).off('error', failed).off('close', closed)
      settle()
    }
    const read = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk; chunk = socket.read() as Buffer | null) {
        bytes = Buffer.concat([bytes, chunk])
      }
      const found = find(bytes)
      if (!found) return
      const rest = bytes.subarray(found.length)
      finish(() => {
        if (rest.length > 0) socket.unshift(rest)
        resolve(found.answer)
      })
    }
    const failed = (error: Error): void => finish(() => reject(error))
    const closed = (): void => finish(() => reject(new Error('it closed the connection')))
    socket.on('readable', read).once('error', failed).once('close', closed)
  })
}

async function httpConnect(proxy: URL, socket: Socket, host: string, port: number): Promise<Socket> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const login =
    proxy.username === '' ? '' : `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  const authorization = login === '' ? '' : `Proxy-Authorization: Basic ${Buffer.from(login).toString('base64')}\r\n`
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`)
  const status = await readUntil(socket, (bytes) => {
    const end = bytes.indexOf('\r\n\r\n')
    return end < 0
      ? undefined
      : { answer: bytes.subarray(0, bytes.indexOf('\r\n')).toString('latin1'), length: end + 4 }
  })
  if (!/^HTTP\/1\.[01] 2\d\d/.test(status)) throw new Error(`it answered "${status}"`)
  return socket
}

/** RFC 1928 with a host name, RFC 1929 for name and password. */
async function socks5(proxy: URL, socket: Socket, host: string, port: number): Promise<Socket> {
  const hasLogin = proxy.username !== ''
  const bytesOf = (length: number) => (bytes: Buffer) =>
    bytes.length < length ? undefined : { answer: bytes.subarray(0, length), length }
  socket.write(hasLogin ? Buffer.from([5, 1, 2]) : Buffer.from([5, 1, 0]))
  const method = await readUntil(socket, bytesOf(2))
  if (method[1] === 2 && hasLogin) {
    const name = Buffer.from(decodeURIComponent(proxy.username))
    const password = Buffer.from(decodeURIComponent(proxy.password))
    socket.write(Buffer.concat([Buffer.from([1, name.length]), name, Buffer.from([password.length]), password]))
    if ((await readUntil(socket, bytesOf(2)))[1] !== 0) throw new Error('it refused the name and password')
  } else if (method[1] !== 0) throw new Error('it wants another kind of sign-in')
  const name = Buffer.from(host)
  socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), name, Buffer.from([port >> 8, port & 255])]))
  const answer = await readUntil(socket, (bytes) => {
    const address = bytes[3] === 1 ? 4 : bytes[3] === 4 ? 16 : (bytes[4] ?? 0) + 1
    const length = 6 + address
    return bytes.length < 5 || bytes.length < length ? undefined : { answer: bytes[1] ?? 1, length }
  })
  if (answer !== 0) throw new Error(`it answered with SOCKS error ${answer}`)
  return socket
}
