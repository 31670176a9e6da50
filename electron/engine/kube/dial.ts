import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { ConsoleError } from '#shared/errors.ts'
import { addressOf } from './address.ts'
import { systemAuthorities } from './authorities.ts'
import { proxyFor, tunnelThrough } from './proxy.ts'
import type { ClusterEntry } from './types.ts'

/** What a TLS connection to a cluster needs beyond the address. */
export interface TlsMaterial {
  ca?: string
  cert?: string
  key?: string
}

export interface DialOptions {
  environment?: Readonly<Record<string, string | undefined>>
  signal?: AbortSignal
  /** Milliseconds for TCP, proxy and TLS each. */
  timeout?: number
}

const defaultTimeout = 15_000

/** Resolves at `event`, rejects at `error`, at the timeout and when the signal fires; on failure the socket is destroyed. */
function settled<S extends Socket>(socket: S, event: string, what: string, options: DialOptions): Promise<S> {
  const { signal, timeout = defaultTimeout } = options
  return new Promise((resolve, reject) => {
    const finish = (failure?: Error): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      socket.off('error', finish).off(event, done).off('close', closed)
      if (failure === undefined) {
        resolve(socket)
        return
      }
      socket.on('error', () => undefined)
      socket.destroy()
      reject(failure)
    }
    const done = (): void => finish()
    const closed = (): void =>
      finish(Object.assign(new Error(`${what}: closed by the other side`), { code: 'ECONNRESET' }))
    const abort = (): void => finish(new ConsoleError('CANCELLED', 'Stopped on request.'))
    const timer = setTimeout(
      () => finish(Object.assign(new Error(`${what}: no answer`), { code: 'ETIMEDOUT' })),
      timeout,
    )
    socket.once('error', finish).once(event, done).once('close', closed)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

/** A TCP connection to the cluster, through its proxy where one is set. */
export async function dialTcp(cluster: ClusterEntry, options: DialOptions = {}): Promise<Socket> {
  const { host, port } = addressOf(cluster)
  const proxy = proxyFor(cluster, options.environment ?? process.env)
  const socket = connectTcp({
    host: proxy ? proxy.hostname.replace(/^\[|\]$/g, '') : host,
    port: proxy
      ? Number(proxy.port || (proxy.protocol === 'https:' ? 443 : proxy.protocol === 'http:' ? 80 : 1080))
      : port,
    // Half-open connections last 15 minutes otherwise; 30 s is client-go's figure.
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    noDelay: true,
  })
  await settled(socket, 'connect', `TCP to ${proxy ? proxy.host : `${host}:${port}`}`, options)
  return proxy ? tunnelThrough(proxy, socket, host, port, options) : socket
}

/** TLS over an open connection, checked as the kubeconfig says. */
export async function dialTls(
  cluster: ClusterEntry,
  socket: Socket,
  material: TlsMaterial,
  options: DialOptions,
): Promise<TLSSocket> {
  const { host, port } = addressOf(cluster)
  const name = cluster.tlsServerName ?? host
  const tls: ConnectionOptions & { allowPartialTrustChain: boolean } = {
    socket,
    ...material,
    ca: material.ca ?? (await systemAuthorities(options.environment ?? process.env)),
    // As for Go, whatever the kubeconfig names is trusted: an intermediate authority, or the server's own certificate.
    allowPartialTrustChain: true,
    // SNI must be a name; the certificate is still checked against the address.
    ...(isIP(name) ? { host: name } : { servername: name, host: name }),
    rejectUnauthorized: !cluster.skipTlsVerify,
    ALPNProtocols: ['http/1.1'],
  }
  return settled(connectTls(tls), 'secureConnect', `TLS with ${host}:${port}`, options)
}

/** A connection ready for HTTP: used alike for requests and WebSockets. */
export async function dial(cluster: ClusterEntry, material: TlsMaterial, options: DialOptions = {}): Promise<Socket> {
  const socket = await dialTcp(cluster, options)
  return addressOf(cluster).isTls ? dialTls(cluster, socket, material, options) : socket
}
