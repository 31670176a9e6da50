import { spawn, type ChildProcess } from 'node:child_process'

export interface ChildServer {
  readonly process: ChildProcess
  /** Everything the process wrote so far, for the message of a failed start. */
  readonly output: () => string
  /** Sends the signal and waits for the end of the process. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>
}

export interface ChildServerOptions {
  readonly cwd: string
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

/** Starts a server that does not outlive the test process, even when a test throws or is interrupted. */
export function startChildServer(command: string, args: string[], options: ChildServerOptions): ChildServer {
  const written: string[] = []
  const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.gid }
  const child = spawn(command, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'], ...identity })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => written.push(chunk.toString()))
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      written.push(error.message)
      resolve()
    })
    child.once('exit', () => {
      resolve()
    })
  })
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  return {
    process: child,
    output: () => written.join(''),
    end: async (signal) => {
      child.kill(signal)
      await ended
      process.off('exit', killAtExit)
    },
  }
}

/** Polls until the check passes. Stops early when the server has ended; the error carries its output. */
export async function untilServing(
  server: ChildServer,
  check: () => Promise<void>,
  deadlineMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + deadlineMs
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      const ended = server.process.exitCode !== null || server.process.signalCode !== null
      const neverStarted = server.process.pid === undefined
      if (ended || neverStarted || Date.now() > deadline) {
        await server.end('SIGKILL')
        throw new Error(`The server did not start:\n${server.output()}`, { cause: error })
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
