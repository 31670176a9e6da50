/** The words of the Kubernetes core that more than one of its files, or its callers, speak. */

import type { Duplex, Readable } from 'node:stream'
import type { WebSocket } from 'ws'
import type { ConsoleError } from '#shared/errors.ts'
import type { KubeObject } from '#shared/kubeObject.ts'

export type { KubeObject }

/** One file to read contexts from, in order of precedence. Nothing is ever written to it. */
export interface KubeconfigSource {
  path: string
  /** Whose file it is: the console's own sandbox, the user's ($KUBECONFIG or ~/.kube/config), or one the user added. */
  kind: 'sandbox' | 'user' | 'added'
}

export interface KubeconfigProblem {
  path: string
  /** 1-based; absent when the fault is not in one line (the file cannot be read). */
  line?: number
  /** error: a file or an entry is left out. warning: all of it is used, and it is odd. */
  severity: 'error' | 'warning'
  message: string
}

/** A cluster entry of a kubeconfig; file paths are absolute. */
export interface ClusterEntry {
  readonly name: string
  readonly server: string
  readonly caFile?: string
  /** PEM. */
  readonly caData?: string
  readonly skipTlsVerify: boolean
  readonly tlsServerName?: string
  readonly proxyUrl?: string
}

/** A program of the user's kubeconfig that hands out credentials. */
export interface ExecPlugin {
  readonly apiVersion: string
  /** Absolute when the kubeconfig gave a path; a bare name is looked up on PATH when it runs. */
  readonly command: string
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly provideClusterInfo: boolean
  readonly installHint?: string
  /** What the program does with standard input; `Always` needs a terminal. */
  readonly interactiveMode: string
}

/** A user entry of a kubeconfig; file paths are absolute. Holds secrets: never crosses to the window. */
export interface UserEntry {
  readonly name: string
  readonly token?: string
  readonly tokenFile?: string
  readonly username?: string
  readonly password?: string
  readonly certFile?: string
  /** PEM. */
  readonly certData?: string
  readonly keyFile?: string
  /** PEM. */
  readonly keyData?: string
  readonly exec?: ExecPlugin
  readonly authProvider?: { readonly name: string; readonly config: Readonly<Record<string, string>> }
  readonly impersonate?: {
    readonly user?: string
    readonly uid?: string
    readonly groups: readonly string[]
    readonly extra: Readonly<Record<string, readonly string[]>>
  }
}

/** One context, frozen: switching the current context elsewhere never changes a running connection. */
export interface KubeContext {
  readonly name: string
  /** Absent means `default`, as for kubectl. */
  readonly namespace?: string
  readonly cluster: ClusterEntry
  readonly user: UserEntry
  readonly source: Readonly<KubeconfigSource>
  /** The folder of the kubeconfig that the user entry stands in; what it reads outside of it is asked about. */
  readonly userFolder?: string
  /** Whether the merged kubeconfig names it as current-context. */
  readonly isCurrent: boolean
  /** Changes when server, trust, credentials or namespace change. Key every cache by it. Holds no secret (a hash). */
  readonly identity: string
}

export interface LoadedKubeconfigs {
  contexts: KubeContext[]
  /** Files, or entries of files, that were left out or are odd, and why. Never a reason to lose the others. */
  problems: KubeconfigProblem[]
}

/** Asked before each run; whoever answers remembers. False refuses: the request fails with FORBIDDEN. */
export type AllowExecPlugin = (path: string, sha256: string, plugin: ExecPlugin) => boolean | Promise<boolean>

/** Credentials that could go astray: files outside the kubeconfig's folder, or anything sent over http. */
export interface CredentialRisk {
  /** Absolute. */
  readonly files: readonly string[]
  readonly isPlain: boolean
}

/** Asked before such credentials are read and sent; whoever answers remembers. */
export type AllowSending = (risk: CredentialRisk) => boolean | Promise<boolean>

export interface ConnectOptions {
  /** Without it no program of a kubeconfig is ever run. */
  allowExecPlugin?: AllowExecPlugin
  /** Without it credentials that could go astray are never read or sent. */
  allowSending?: AllowSending
  /** The user's login environment (PATH, HTTPS_PROXY, NO_PROXY), resolved once; defaults to process.env. */
  environment?: Readonly<Record<string, string | undefined>>
  clock?: Clock
}

/** Time, replaceable in tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after the given milliseconds; rejects with CANCELLED when the signal fires first. */
  delay(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** 0 <= x < 1, for jitter. */
  random(): number
}

export interface RequestOptions {
  /** Makes all text of the answer safe to show, for what is shown and not written back. */
  sanitised?: boolean
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
  /** Sent as JSON unless it is a string or bytes. */
  body?: unknown
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
  /** Milliseconds for the whole request; 30,000 by default. */
  timeout?: number
  /** How often a 429 or 503 with Retry-After is tried again; 3 by default. */
  retries?: number
}

export interface StreamOptions extends Omit<RequestOptions, 'timeout' | 'retries'> {
  /** Milliseconds until the response headers; 30,000 by default. The body may take forever. */
  headersTimeout?: number
}

export interface StreamedResponse {
  headers: Record<string, string | string[] | undefined>
  body: Readable
}

export interface WebSocketOptions {
  query?: RequestOptions['query']
  /** Subprotocols, most wanted first. */
  protocols: string[]
  signal?: AbortSignal
}

/** A request of a program of the person, passed on with this connection's credentials. */
export interface RelayedRequest {
  method: string
  /** Path and query as they are sent: `/api/v1/pods?limit=500`. */
  target: string
  /** Without credentials and hop-by-hop headers. Impersonation in them takes the place of the context's. */
  headers: Readonly<Record<string, string | string[]>>
  body?: Buffer | undefined
  signal: AbortSignal
}

/** What the cluster answered, whatever its status. */
export interface RelayedResponse {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Readable
}

/** The cluster changed protocol: from here on both sides speak through this socket. */
export interface RelayedUpgrade {
  headers: Readonly<Record<string, string | string[] | undefined>>
  socket: Duplex
  /** What the cluster sent at once. */
  head: Buffer
}

/** One cluster as one identity. All connections to it are pooled here. */
export interface ClusterConnection {
  readonly context: KubeContext
  readonly clock: Clock
  /**
   * The response body as JSON (undefined when empty).
   * @param path absolute API path, e.g. `/api/v1/pods`
   * @throws ConsoleError with the code the API server's answer stands for
   */
  request<T = unknown>(method: HttpMethod, path: string, options?: RequestOptions): Promise<T>
  /** The raw response, for lists, watches and logs. Non-2xx throws as `request` does. */
  stream(method: HttpMethod, path: string, options?: StreamOptions): Promise<StreamedResponse>
  /** An open WebSocket, paused: attach listeners, then `resume()`. A refused upgrade throws as `request` does. */
  webSocket(path: string, options: WebSocketOptions): Promise<WebSocket>
  /** Passes a request on and its answer back as it is; only what never got an answer throws. */
  relay(request: RelayedRequest): Promise<RelayedResponse>
  /** The same for a request that asks for another protocol (WebSocket, SPDY). */
  relayUpgrade(request: RelayedRequest): Promise<RelayedResponse | RelayedUpgrade>
  /** What the server shows on a new connection, and what this context signs in with where that is a certificate: PEM, leaf first. */
  certificates(signal?: AbortSignal): Promise<{ server: string | undefined; client: string | undefined }>
  /** Resolves when the API server answers within 15 s; concurrent callers share one request. */
  checkAlive(signal?: AbortSignal): Promise<void>
  /** Drops every open connection (sleep, network change); reflectors and followers resume at once. */
  reconnect(): void
  /** Calls back after each `reconnect`; returns how to stop. */
  onReconnect(listener: () => void): () => void
  /** Ends everything on this connection. Requests fail with CANCELLED from now on. */
  close(): Promise<void>
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface ApiResource {
  /** Empty for the core group. */
  group: string
  version: string
  kind: string
  /** Plural: `pods`. */
  name: string
  singular: string
  namespaced: boolean
  verbs: string[]
  shortNames: string[]
  subresources: string[]
}

export interface BrokenApi {
  groupVersion: string
  reason: string
}

/** What the API server serves. */
export interface Resources {
  readonly all: readonly ApiResource[]
  /** APIServices that do not answer: namespaces cannot finish deleting while one is broken. */
  readonly broken: readonly BrokenApi[]
  /** By `pods`, `pods.v1`, `deployments.apps`, `deployments.v1.apps`, short name, singular or Kind. */
  find(name: string): ApiResource | undefined
  /** By apiVersion and kind of an object. */
  ofKind(apiVersion: string, kind: string): ApiResource | undefined
}

export interface ObjectRef {
  apiVersion: string
  kind: string
  namespace?: string
  name: string
}

/** One stage of a connection diagnosis. */
export interface ProbeStage {
  stage: 'kubeconfig' | 'dns' | 'tcp' | 'tls' | 'sign-in' | 'version'
  outcome: 'passed' | 'failed' | 'skipped'
  milliseconds: number
  /** What was found: addresses, the certificate's names, the server's version. */
  detail?: string
  error?: ConsoleError
}

export interface ProbeResult {
  reachable: boolean
  stages: ProbeStage[]
  /** The first failure. */
  error?: ConsoleError
  serverVersion?: string
  /** Milliseconds in all. */
  milliseconds: number
}

export interface ApplyOptions {
  dryRun?: boolean
  /** Takes fields over from other managers. Only on an administrator's explicit word. */
  force?: boolean
  signal?: AbortSignal
}

/** One field another manager owns, in details.conflicts of a CONFLICT error. */
export interface FieldConflict {
  field: string
  manager: string
  operation: string
}

export interface ListOptions {
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  signal?: AbortSignal
}

export interface WaitOptions {
  signal?: AbortSignal
  /** Milliseconds; 300,000 by default. Then TIMEOUT with the last object in details. */
  timeout?: number
  /** Each state seen; undefined while the object does not exist. */
  onProgress?: (object: KubeObject | undefined) => void
}

export interface AccessCheck {
  verb: string
  /** Plural: `pods`; with group for the rest: `deployments`. */
  resource: string
  group?: string
  subresource?: string
  namespace?: string
  name?: string
}

export interface AccessAnswer extends AccessCheck {
  allowed: boolean
  reason?: string
}

export interface PodUsage {
  namespace: string
  pod: string
  /** RFC 3339: the end of the window measured. */
  timestamp: string
  containers: { name: string; cpuCores: number; memoryBytes: number }[]
}
