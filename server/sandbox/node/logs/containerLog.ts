import { EventEmitter } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { formatRecord, logTimestamp } from './logFormat.ts'

export interface LogLimits {
  /** A segment is closed beyond this size. */
  segmentBytes: number
  /** Closed segments that are kept beside the current one. */
  closedSegments: number
}

/** The kubelet's containerLogMaxSize; two closed files bound a container's log to 30 MB. */
export const defaultLogLimits: LogLimits = { segmentBytes: 10 * 2 ** 20, closedSegments: 2 }

/** A line longer than this is written as several partial records, as containerd does. */
const longestRecord = 16 * 1024

/**
 * The log of one container: for each instance (restart) a row of segment files `<instance>.<segment>.log`. Segments are never
 * renamed, so that a reader in the middle of one is not disturbed by rotation.
 */
export class ContainerLog {
  readonly directory: string
  readonly #limits: LogLimits
  readonly #changes = new EventEmitter()
  #writing: InstanceLog | undefined

  constructor(directory: string, limits: LogLimits = defaultLogLimits) {
    this.directory = directory
    this.#limits = limits
    this.#changes.setMaxListeners(0)
  }

  /** Begins the log of a new instance; of the earlier ones only the last is kept, for `--previous`. */
  begin(instance: number): InstanceLog {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 })
    for (const name of existsSync(this.directory) ? readdirSync(this.directory) : []) {
      const owner = Number.parseInt(name, 10)
      if (owner < instance - 1 || owner === instance) rmSync(join(this.directory, name), { force: true })
    }
    this.#writing = new InstanceLog(this.directory, instance, this.#limits, () => this.#changes.emit('change'))
    return this.#writing
  }

  /** Whether this instance may still write. */
  isOpen(instance: number): boolean {
    return this.#writing?.instance === instance && !this.#writing.isClosed
  }

  /** Segment numbers of an instance, oldest first. */
  segments(instance: number): number[] {
    if (!existsSync(this.directory)) return []
    return readdirSync(this.directory)
      .flatMap((name) => {
        const [owner, segment] = name.split('.').map(Number)
        return owner === instance && segment !== undefined ? [segment] : []
      })
      .sort((a, b) => a - b)
  }

  segmentPath(instance: number, segment: number): string {
    return join(this.directory, `${instance}.${segment}.log`)
  }

  /** Calls back after each write and at the end of an instance. Returns the unsubscribe. */
  onChange(listener: () => void): () => void {
    this.#changes.on('change', listener)
    return () => this.#changes.off('change', listener)
  }
}

/** Writes what one instance of a container prints. Writes are synchronous: what was printed is in the file. */
export class InstanceLog {
  readonly instance: number
  readonly #directory: string
  readonly #limits: LogLimits
  readonly #changed: () => void
  readonly #unfinished = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  #segment = 0
  #written = 0
  #file: number | undefined

  constructor(directory: string, instance: number, limits: LogLimits, changed: () => void) {
    this.instance = instance
    this.#directory = directory
    this.#limits = limits
    this.#changed = changed
    this.#file = openSync(this.#path(0), 'a', 0o600)
  }

  get isClosed(): boolean {
    return this.#file === undefined
  }

  write(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    let rest = this.#unfinished[stream].length === 0 ? chunk : Buffer.concat([this.#unfinished[stream], chunk])
    const records: Buffer[] = []
    for (;;) {
      const end = rest.indexOf(0x0a)
      if (end < 0 && rest.length < longestRecord) break
      const isPartial = end < 0 || end > longestRecord
      const length = isPartial ? longestRecord : end
      const content = rest.subarray(0, length)
      records.push(formatRecord({ timestamp: logTimestamp(), stream, isPartial, content }))
      rest = rest.subarray(isPartial ? length : length + 1)
    }
    this.#unfinished[stream] = Buffer.from(rest)
    this.#append(records)
  }

  /** Writes what is left without a newline and closes the file. */
  close(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const content = this.#unfinished[stream]
      this.#unfinished[stream] = Buffer.alloc(0)
      if (content.length === 0) continue
      this.#append([formatRecord({ timestamp: logTimestamp(), stream, isPartial: true, content })])
    }
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    this.#changed()
  }

  #append(records: Buffer[]): void {
    if (records.length === 0 || this.#file === undefined) return
    for (const record of records) {
      if (this.#written > 0 && this.#written + record.length > this.#limits.segmentBytes) this.#rotate()
      writeSync(this.#file, record)
      this.#written += record.length
    }
    this.#changed()
  }

  #rotate(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#segment += 1
    this.#written = 0
    this.#file = openSync(this.#path(this.#segment), 'a', 0o600)
    rmSync(this.#path(this.#segment - this.#limits.closedSegments - 1), { force: true })
  }

  #path(segment: number): string {
    return join(this.#directory, `${this.instance}.${segment}.log`)
  }
}
