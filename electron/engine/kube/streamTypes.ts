/** The words of the streams: live lists, logs, commands, ports. */

import type { ConsoleError } from '#shared/errors.ts'
import type { Readable, Writable } from 'node:stream'
import type { ApiResource, KubeObject } from './types.ts'

/** One change of one object, already projected to a slim row. */
export interface Delta<Row> {
  type: 'added' | 'changed' | 'removed'
  /** Identity of the object: a replaced object has a new one. */
  uid: string
  namespace: string
  name: string
  row: Row
}

export type ReflectorState =
  | { phase: 'listing'; loaded: number }
  | { phase: 'live' }
  /**
   * Rows are kept and shown as of `since` (milliseconds since the epoch) while it tries again. Without an error it was paused,
   * and what has changed since is being read.
   */
  | { phase: 'stale'; since: number; error?: ConsoleError }
  /** It will not try again by itself. */
  | { phase: 'failed'; error: ConsoleError }

export interface DeltaBatch<Row> {
  deltas: Delta<Row>[]
  state: ReflectorState
}

export interface ReflectOptions<Row> {
  /** As for `Resources.find`, or an already found resource. */
  resource: string | ApiResource
  /** One namespace; absent means all. */
  namespace?: string
  /** Where a cluster-wide list is 403: these are tried one by one, else the namespaces the user may list. */
  fallbackNamespaces?: readonly string[]
  labelSelector?: string
  fieldSelector?: string
  /** To a slim row; runs once per event, must not keep the object. */
  project: (object: KubeObject) => Row
  /**
   * The row of an object that `project` throws at; gets its identity alone. Without it such an object ends the whole list.
   * @param reason what was thrown, in words
   */
  unreadable?: (identity: KubeObject, reason: string) => Row
  signal?: AbortSignal
  /** Milliseconds without a byte before the watch is taken for dead and reopened; 75,000 by default. */
  idleTimeout?: number
  /** Objects per page; 500 by default. */
  pageSize?: number
}

/** A live mirror of one list. */
export interface Reflector<Row> extends AsyncIterable<DeltaBatch<Row>> {
  readonly state: ReflectorState
  /** By uid. */
  readonly rows: ReadonlyMap<string, Row>
  /** Resolves when first live; rejects with the error of `failed`. */
  readonly synced: Promise<void>
  /**
   * First the present rows as `added`, then every batch as it comes. Iterating instead of subscribing merges what
   * the consumer has not yet taken, so a slow one costs at most one delta per object.
   */
  subscribe(listener: (batch: DeltaBatch<Row>) => void): () => void
  /** Ends its requests and keeps the rows, as of now. */
  pause(): void
  /** Watches again from where it paused; lists again only where the server no longer knows that point. */
  resume(): void
  stop(): void
}

export interface LogOptions {
  namespace: string
  pod: string
  container?: string
  /** RFC 3339. */
  sinceTime?: string
  tailLines?: number
  previous?: boolean
  follow?: boolean
  /** Called each time the log was opened. */
  onOpen?: () => void
  signal?: AbortSignal
}

export interface LogLine {
  /** RFC 3339 with nanoseconds, as the kubelet wrote it. */
  time: string
  /** Safe to show: escape sequences and other controls neutralised, at most 32 KiB. */
  text: string
  /** Lines may be missing before this one; says why. */
  gap?: string
}

export interface ExecOptions {
  namespace: string
  pod: string
  container?: string
  command: string[]
  /** Whether the command reads stdin; false by default. */
  stdin?: boolean
  /** Never for data: it rewrites line ends and merges stderr. */
  tty?: boolean
  signal?: AbortSignal
}

export interface ExecSession {
  readonly protocol: 'v5.channel.k8s.io' | 'v4.channel.k8s.io'
  readonly stdout: Readable
  readonly stderr: Readable
  /** Ending it closes the command's stdin; on v4 that is impossible and `end()` errors with BAD_INPUT. */
  readonly stdin: Writable
  /** Characters. */
  resize(columns: number, rows: number): void
  /** Rejects with STREAM_BROKEN when the connection ends without a status: that is never success. */
  readonly status: Promise<{ exitCode: number }>
  close(): void
}

export interface PortForwardOptions {
  namespace: string
  pod: string
  port: number
  /** Loopback port to listen on; 0 (default) takes a free one. */
  localPort?: number
  /** Called when `lastError` changes. */
  onChange?: () => void
  signal?: AbortSignal
}

export interface PortForward {
  readonly localPort: number
  /** Connections open now. */
  readonly connections: number
  /** Why the last connection failed; the listener continues, and the next good connection clears it. */
  readonly lastError: ConsoleError | undefined
  close(): Promise<void>
}
