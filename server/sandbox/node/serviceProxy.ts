import { type Server, type Socket, connect, createServer } from 'node:net'
import type { RecordEvent, Store } from '../store/types.ts'
import type { EndpointSlice, Service } from './kinds.ts'

interface Target {
  host: string
  port: number
}

interface Listener {
  server: Server
  service: { namespace: string; name: string; port: string | undefined }
}

/**
 * Services on loopback: listens on each port of each cluster address and passes connections to ready endpoints in turn. When
 * endpoints change, connections that exist stay; a listener goes only with its port. NodePorts are not opened.
 */
export class ServiceProxy {
  readonly #store: Store
  readonly #recordEvent: RecordEvent
  readonly #listeners = new Map<string, Listener>()
  readonly #sockets = new Set<Socket>()
  #turn = 0
  #unsubscribe = (): void => undefined

  constructor(store: Store, recordEvent: RecordEvent) {
    this.#store = store
    this.#recordEvent = recordEvent
  }

  start(): void {
    const unsubscribe = this.#store.watch('services', () => this.#reconcile())
    this.#unsubscribe = unsubscribe
    this.#reconcile()
  }

  async stop(): Promise<void> {
    this.#unsubscribe()
    for (const socket of this.#sockets) socket.destroy()
    const closing = [...this.#listeners.values()].map(
      ({ server }) => new Promise<void>((resolve) => void server.close(() => resolve())),
    )
    this.#listeners.clear()
    await Promise.all(closing)
  }

  #reconcile(): void {
    const wanted = new Map<string, { service: Service; port: string | undefined }>()
    for (const service of this.#store.list<Service>('services')) {
      const { clusterIP, ports, type } = service.spec
      if (clusterIP === undefined || !clusterIP.startsWith('127.') || type === 'ExternalName') continue
      for (const { port, name, protocol } of ports ?? []) {
        if ((protocol ?? 'TCP') === 'TCP') wanted.set(`${clusterIP}:${port}`, { service, port: name })
      }
    }
    for (const [address, { server }] of this.#listeners) {
      if (wanted.has(address)) continue
      server.close()
      this.#listeners.delete(address)
    }
    for (const [address, { service, port }] of wanted) {
      const { namespace = '', name } = service.metadata
      const known = this.#listeners.get(address)
      if (known === undefined) this.#listen(address, service, { namespace, name, port })
      else known.service = { namespace, name, port }
    }
  }

  #listen(address: string, service: Service, identity: Listener['service']): void {
    const [host = '', port = ''] = address.split(':')
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      const listener = this.#listeners.get(address)
      if (listener === undefined) socket.destroy()
      else this.#accept(socket, listener)
    })
    server.on('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') this.#retryLater(address)
      this.#recordEvent(
        service,
        'Warning',
        'FailedToBindPort',
        `cannot listen on ${address}: ${error.message}`,
        'kube-proxy',
      )
    })
    server.listen(Number(port), host)
    this.#listeners.set(address, { server, service: identity })
  }

  /** Another program has the port; the entry stays meanwhile, so that other changes do not try again. */
  #retryLater(address: string): void {
    setTimeout(() => {
      if (!this.#listeners.delete(address)) return
      this.#reconcile()
    }, 5000).unref()
  }

  #accept(socket: Socket, { service }: Listener): void {
    this.#keep(socket)
    const targets = this.#targets(service)
    const first = targets.length === 0 ? 0 : this.#turn++ % targets.length
    this.#connect(socket, [...targets.slice(first), ...targets.slice(0, first)])
  }

  /** Tries one endpoint after the other: one that has just gone must not cost a connection. */
  #connect(socket: Socket, [target, ...others]: Target[]): void {
    if (target === undefined) return void socket.resetAndDestroy()
    const upstream = connect({ ...target, allowHalfOpen: true })
    this.#keep(upstream)
    const tryNext = (): void => this.#connect(socket, others)
    upstream.once('error', tryNext)
    upstream.once('connect', () => {
      upstream.off('error', tryNext)
      socket.pipe(upstream)
      upstream.pipe(socket)
      upstream.once('close', () => socket.destroy())
      socket.once('close', () => upstream.destroy())
      socket.resume()
    })
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#sockets.delete(socket))
  }

  #targets({ namespace, name, port }: Listener['service']): Target[] {
    const labels = { 'kubernetes.io/service-name': name }
    return this.#store
      .list<EndpointSlice>('endpointslices.discovery.k8s.io', { namespace, labels })
      .flatMap((slice) => {
        const number = slice.ports?.find((candidate) => (candidate.name ?? '') === (port ?? ''))?.port
        if (number === undefined) return []
        const ready = (slice.endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false)
        return ready.flatMap(({ addresses }) => addresses.map((host) => ({ host, port: number })))
      })
  }
}
