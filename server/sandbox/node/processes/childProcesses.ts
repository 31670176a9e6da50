import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as delay } from 'node:timers/promises'
import { signalGroup, signalNumber, signalProcess } from './processGroups.ts'
import type { ProcessRecord } from './processRecord.ts'
import { type Reaper, startReaper } from './reaper.ts'
import {
  LaunchError,
  type LaunchRequest,
  type LaunchedProcess,
  type ProcessExit,
  type ProcessLauncher,
} from './types.ts'

/** Processes as children of the sandbox: how it works outside a packaged app. */
export class ChildProcessLauncher implements ProcessLauncher {
  readonly nodeExecutable: string | undefined
  readonly #record: ProcessRecord
  readonly #reaper: Reaper = startReaper()
  readonly #running = new Set<LaunchedProcess>()

  /** @param nodeExecutable undefined inside Electron, whose own executable must not be run as Node */
  constructor(record: ProcessRecord, nodeExecutable: string | undefined = process.execPath) {
    this.#record = record
    this.nodeExecutable = nodeExecutable
  }

  async launch(request: LaunchRequest): Promise<LaunchedProcess> {
    const [program, args] = this.#commandLine(request)
    const launched =
      request.terminal === undefined
        ? await launchChild(program, args, request)
        : await launchOnTerminal(program, args, request, request.terminal)
    this.#reaper.add(launched.pid)
    this.#record.add(launched.pid)
    this.#running.add(launched)
    void launched.exited.finally(() => {
      this.#running.delete(launched)
      this.#reaper.remove(launched.pid)
      this.#record.remove(launched.pid)
    })
    return launched
  }

  async close(): Promise<void> {
    const running = [...this.#running]
    for (const launched of running) launched.signal('SIGKILL')
    await Promise.all(running.map((launched) => launched.exited))
    this.#reaper.close()
  }

  #commandLine({ run, args }: LaunchRequest): [string, string[]] {
    if ('program' in run) return [run.program, args]
    if (this.nodeExecutable === undefined) {
      throw new LaunchError('ENOENT', 'There is no node executable here; Node modules are started through the app.')
    }
    return [this.nodeExecutable, [run.modulePath, ...args]]
  }
}

async function launchChild(program: string, args: string[], request: LaunchRequest): Promise<LaunchedProcess> {
  const child = spawn(program, args, {
    cwd: request.directory,
    env: request.environment,
    stdio: [request.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    // A group of its own: it is ended as a whole, and Ctrl+C in the sandbox's terminal does not reach it.
    detached: process.platform !== 'win32',
    windowsHide: true,
    ...request.user,
  })
  try {
    await once(child, 'spawn')
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'UNKNOWN'
    throw new LaunchError(code, `exec: "${program}": ${describe(code)}`, { cause: thrown })
  }
  const pid = child.pid ?? 0
  const { stdin, stdout, stderr } = child
  if (stdout === null || stderr === null) throw new LaunchError('UNKNOWN', `exec: "${program}": no output pipes`)
  stdin?.on('error', () => undefined) // writing to a process that has ended is no failure of ours
  return {
    pid,
    stdin: stdin ?? undefined,
    stdout,
    stderr,
    exited: exitOf(child, pid),
    signal: (name) => signalProcess(pid, name),
  }
}

async function exitOf(child: ChildProcess, pid: number): Promise<ProcessExit> {
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('exit', (...result) => resolve(result)),
  )
  // The end of its first process ends a container.
  signalGroup(pid, 'SIGKILL')
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null)
  const drained = Promise.all(outputs.map((stream) => finished(stream, { writable: false }).catch(() => undefined)))
  await Promise.race([drained, delay(2000)])
  if (signal !== null) return { code: 128 + signalNumber(signal), signal: signalNumber(signal) }
  return { code: code ?? 0 }
}

async function launchOnTerminal(
  program: string,
  args: string[],
  request: LaunchRequest,
  size: { columns: number; rows: number },
): Promise<LaunchedProcess> {
  // Loaded late: a machine without the prebuilt module can do everything but terminals.
  const { spawn: spawnTerminal } = await import('@lydell/node-pty')
  const terminal = spawnTerminal(program, args, {
    name: 'xterm-256color',
    cols: size.columns,
    rows: size.rows,
    cwd: request.directory,
    env: { TERM: 'xterm-256color', ...request.environment },
    encoding: null,
    ...request.user,
  })
  const stdout = new PassThrough()
  terminal.onData((data: string | Uint8Array) => {
    if (!stdout.write(data)) terminal.pause()
  })
  stdout.on('drain', () => terminal.resume())
  const stdin = new PassThrough()
  const decoder = new StringDecoder('utf8')
  stdin.on('data', (chunk: Buffer) => terminal.write(decoder.write(chunk)))
  // A terminal cannot be half closed: end of file is a character.
  stdin.on('end', () => terminal.write('\u0004'))
  const exited = new Promise<ProcessExit>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => {
      stdout.end()
      const bySignal = signal !== undefined && signal !== 0
      resolve(bySignal ? { code: 128 + signal, signal } : { code: exitCode })
    })
  })
  return {
    pid: terminal.pid,
    stdin,
    stdout,
    stderr: undefined,
    exited,
    signal: (name) => signalProcess(terminal.pid, name),
    resize: (columns, rows) => {
      if (columns > 0 && rows > 0) terminal.resize(columns, rows)
    },
  }
}

function describe(code: string): string {
  if (code === 'ENOENT') return 'executable file not found in $PATH'
  return code === 'EACCES' ? 'permission denied' : code
}
