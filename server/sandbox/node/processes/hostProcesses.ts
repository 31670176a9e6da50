import { PassThrough } from 'node:stream'
import { podProcessResponse, type PodProcessRequest, type PodProcessResponse } from '#shared/rpc/podProcesses.ts'
import { ChildProcessLauncher } from './childProcesses.ts'
import type { ProcessRecord } from './processRecord.ts'
import {
  LaunchError,
  type LaunchRequest,
  type LaunchedProcess,
  type ProcessExit,
  type ProcessLauncher,
} from './types.ts'

/** Milliseconds. */
const answerTimeout = 30_000

/** Electron's parent port, as far as it is used here. */
export interface HostPort {
  postMessage(message: PodProcessRequest): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

/** The port to the app, when the sandbox runs in one of its utility processes. */
export function hostPort(): HostPort | undefined {
  const port: unknown = Reflect.get(process, 'parentPort')
  return typeof port === 'object' && port !== null && 'postMessage' in port ? (port as HostPort) : undefined
}

/** Node modules through the app, programs as children of the sandbox. */
export class HostProcessLauncher implements ProcessLauncher {
  readonly nodeExecutable = undefined
  readonly #programs: ChildProcessLauncher
  readonly #port: HostPort
  readonly #processes = new Map<number, HostProcess>()
  #nextId = 1

  constructor(record: ProcessRecord, port: HostPort) {
    this.#programs = new ChildProcessLauncher(record, undefined)
    this.#port = port
    port.on('message', ({ data }) => {
      const message = podProcessResponse.safeParse(data)
      if (message.success) this.#processes.get(message.data.id)?.receive(message.data)
    })
  }

  async launch(request: LaunchRequest): Promise<LaunchedProcess> {
    if (!('modulePath' in request.run)) return this.#programs.launch(request)
    if (request.terminal !== undefined) {
      throw new LaunchError('ENOTSUP', 'The app has no terminal for Node itself: start a shell instead.')
    }
    const id = this.#nextId++
    const launched = new HostProcess(id, this.#port)
    this.#processes.set(id, launched)
    void launched.exited.finally(() => this.#processes.delete(id))
    this.#port.postMessage({
      type: 'spawn-node',
      id,
      modulePath: request.run.modulePath,
      args: request.args,
      env: request.environment,
      cwd: request.directory,
      serviceName: request.label,
    })
    await launched.spawned
    return launched
  }

  async close(): Promise<void> {
    const running = [...this.#processes.values()]
    for (const launched of running) launched.signal('SIGKILL')
    await Promise.all([...running.map((launched) => launched.exited), this.#programs.close()])
  }
}

class HostProcess implements LaunchedProcess {
  pid = 0
  readonly stdin = undefined
  readonly stdout = new PassThrough()
  readonly stderr = new PassThrough()
  readonly spawned: Promise<void>
  readonly exited: Promise<ProcessExit>
  readonly #id: number
  readonly #port: HostPort
  #onSpawned: (result: { pid: number } | LaunchError) => void = () => undefined
  #onExit: (exit: ProcessExit) => void = () => undefined

  constructor(id: number, port: HostPort) {
    this.#id = id
    this.#port = port
    this.exited = new Promise((resolve) => (this.#onExit = resolve))
    this.spawned = new Promise((resolve, reject) => {
      const late = new LaunchError('ETIMEDOUT', 'The app did not start the process within 30 seconds.')
      const timer = setTimeout(() => reject(late), answerTimeout)
      this.#onSpawned = (result) => {
        clearTimeout(timer)
        if (result instanceof LaunchError) {
          reject(result)
          return
        }
        this.pid = result.pid
        resolve()
      }
    })
  }

  signal(name: NodeJS.Signals): void {
    this.#port.postMessage({ type: 'kill', id: this.#id, signal: name })
  }

  receive(message: PodProcessResponse): void {
    if (message.type === 'spawned') this.#onSpawned({ pid: message.pid })
    if (message.type === 'output') this.#take(message.stream, message.chunk)
    if (message.type === 'spawn-failed') {
      this.#onSpawned(new LaunchError('ENOENT', message.message))
      this.#end({ code: 127 })
    }
    if (message.type === 'exit') this.#end({ code: message.code })
  }

  #end(exit: ProcessExit): void {
    this.stdout.end()
    this.stderr.end()
    this.#onExit(exit)
  }

  /** Acknowledges what the reader had room for, so that a slow one holds back the process. */
  #take(stream: 'stdout' | 'stderr', chunk: Uint8Array): void {
    const bytes = chunk.length
    this[stream].write(chunk, () => this.#port.postMessage({ type: 'acknowledge', id: this.#id, stream, bytes }))
  }
}
