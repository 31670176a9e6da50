import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import type { Store } from '../store/types.ts'
import type { EndpointSlice, Pod, Service } from './kinds.ts'

/**
 * The addresses of a cluster name as seen from a namespace: `svc`, `svc.ns`, `svc.ns.svc`, `svc.ns.svc.cluster.local`, and
 * `host.svc...` for pods of a headless service.
 * @returns undefined when the name is not the cluster's; an empty list when it is but has no address now
 */
function resolveName(store: Store, namespace: string, name: string): string[] | undefined {
  const labels = name
    .replace(/\.$/, '')
    .replace(/\.svc(\.cluster\.local)?$/, '')
    .split('.')
  const [first = '', second, third] = labels
  if (labels.length === 1) return serviceAddresses(store, namespace, first)
  if (labels.length === 2 && second !== undefined) {
    return serviceAddresses(store, second, first) ?? podAddresses(store, namespace, second, first)
  }
  if (labels.length === 3 && second !== undefined && third !== undefined)
    return podAddresses(store, third, second, first)
  return undefined
}

function serviceAddresses(store: Store, namespace: string, name: string): string[] | undefined {
  const service = store.get<Service>('services', namespace, name)
  if (service === undefined) return undefined
  const { clusterIP } = service.spec
  if (clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None') return [clusterIP]
  if (service.spec.type === 'ExternalName') return undefined
  return [...new Set(sliceEndpoints(store, service).flatMap((endpoint) => endpoint.addresses))]
}

/** A pod answers to its hostname while it runs; StatefulSet members must find each other before they are ready. */
function podAddresses(store: Store, namespace: string, serviceName: string, hostname: string): string[] | undefined {
  if (store.get('services', namespace, serviceName) === undefined) return undefined
  const matches = store
    .list<Pod>('pods', { namespace })
    .filter((pod) => (pod.spec.hostname ?? pod.metadata.name) === hostname && pod.spec.subdomain === serviceName)
  return matches.flatMap((pod) => (pod.status?.podIP === undefined ? [] : [pod.status.podIP]))
}

function sliceEndpoints(store: Store, service: Service) {
  const labels = { 'kubernetes.io/service-name': service.metadata.name }
  const namespace = service.metadata.namespace ?? ''
  return store
    .list<EndpointSlice>('endpointslices.discovery.k8s.io', { namespace, labels })
    .flatMap((slice) => slice.endpoints ?? [])
    .filter((endpoint) => service.spec.publishNotReadyAddresses === true || endpoint.conditions?.ready !== false)
}

/** Answers podBootstrap: one line `namespace name` in, one line of addresses out. */
export class NameServer {
  readonly #store: Store
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #address = ''

  constructor(store: Store) {
    this.#store = store
  }

  /** `127.0.0.1:port` */
  get address(): string {
    return this.#address
  }

  async start(): Promise<void> {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#answer(socket))
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#address = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    const server = this.#server
    if (server !== undefined) await new Promise((resolve) => server.close(resolve))
  }

  #answer(socket: Socket): void {
    this.#sockets.add(socket)
    let line = ''
    socket.setEncoding('utf8')
    socket.setTimeout(10_000, () => socket.destroy())
    socket.on('error', () => undefined)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk: string) => {
      line += chunk
      if (line.length > 1000) return socket.destroy()
      if (!line.includes('\n')) return
      const [namespace = '', name = ''] = line.trim().split(' ')
      const addresses = resolveName(this.#store, namespace, name)
      socket.end(addresses === undefined ? '' : `${['-', ...addresses].join(' ')}\n`)
    })
  }
}
