import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { KubeObject } from '../store/types.ts'

/** Who asks: authenticated, and already allowed to by RBAC. */
export interface User {
  name: string
  groups: readonly string[]
}

/** A request to a running pod. The API server has authenticated it, checked RBAC and found the pod. */
export interface PodRequest {
  namespace: string
  name: string
  /** The pod as it was when the request came. */
  pod: KubeObject
  /** The query as sent: `container`, `follow`, `tailLines`, `command` (repeated), `stdin`, `tty`, `ports` ... */
  query: URLSearchParams
  user: User
}

/** Usage of one container at one moment. */
export interface ContainerUsage {
  name: string
  /** Thousandths of a core. */
  cpuMillicores: number
  memoryBytes: number
}

interface UsageSample {
  /** End of the measured interval. */
  timestamp: Date
  windowSeconds: number
}

export interface PodUsage extends UsageSample {
  namespace: string
  name: string
  containers: ContainerUsage[]
}

export interface NodeUsage extends UsageSample {
  name: string
  cpuMillicores: number
  memoryBytes: number
}

/**
 * What the node answers. `log` writes a plain HTTP response; an `ApiError` it throws or rejects with before the first byte becomes
 * its Status. The upgrades own their socket from the call on (101 or an HTTP error is theirs to write) and must end it.
 */
export interface PodEndpoints {
  log(request: IncomingMessage, response: ServerResponse, about: PodRequest): void | Promise<void>
  /** WebSocket (v4/v5.channel.k8s.io) or SPDY/3.1 upgrade, by the request's `Upgrade` header. */
  exec(request: IncomingMessage, socket: Duplex, head: Buffer, about: PodRequest): void
  attach(request: IncomingMessage, socket: Duplex, head: Buffer, about: PodRequest): void
  portforward(request: IncomingMessage, socket: Duplex, head: Buffer, about: PodRequest): void
  /** Usage of pods that have a sample; a pod too new for one is absent. Undefined: nothing measured yet (503). */
  podUsage(): PodUsage[] | undefined
  nodeUsage(): NodeUsage[] | undefined
}

/**
 * Chooses the address of a new Service of type ClusterIP; the API server calls it once per Service, with the addresses in use.
 * `requested` is the address a client asked for. Throws an `ApiError` when none is left or the one asked for is not usable.
 */
export type AllocateClusterIp = (inUse: ReadonlySet<string>, requested?: string) => string
