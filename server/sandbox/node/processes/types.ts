import type { Readable, Writable } from 'node:stream'

export interface LaunchRequest {
  /** A Node module to run, or a program by absolute path or name in the environment's PATH. */
  run: { modulePath: string } | { program: string }
  args: string[]
  environment: Record<string, string>
  /** Working directory; must exist. */
  directory: string
  /** Another OS user, where the sandbox may switch to it (root only). */
  user?: { uid: number; gid: number }
  stdin: boolean
  /** Runs it on a terminal of that size: stdout and stderr become one stream. */
  terminal?: { columns: number; rows: number }
  /** Shown in process lists where the platform has a place for it. */
  label: string
}

export interface ProcessExit {
  /** 128 + signal number when a signal ended it, as container runtimes report. */
  code: number
  /** The signal's number. */
  signal?: number
}

export interface LaunchedProcess {
  pid: number
  stdin: Writable | undefined
  stdout: Readable
  /** Absent on a terminal. */
  stderr: Readable | undefined
  /** Resolves when the process is gone and its output was read to the end, or 2 s after its end if others hold the pipes. */
  exited: Promise<ProcessExit>
  /** Sends a signal to the process; SIGKILL to all it started, too. */
  signal(name: NodeJS.Signals): void
  resize?(columns: number, rows: number): void
}

/** Starts processes so that they can be ended as a whole and never outlive the sandbox. */
export interface ProcessLauncher {
  /** @throws LaunchError when it cannot be started */
  launch(request: LaunchRequest): Promise<LaunchedProcess>
  /** The Node executable for shells and wrappers in pods, where there is one. */
  nodeExecutable: string | undefined
  /** Ends whatever still runs. */
  close(): Promise<void>
}

/** A program that could not be started; `code` is the operating system's (ENOENT, EACCES ...). */
export class LaunchError extends Error {
  override readonly name = 'LaunchError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
