import { StringDecoder } from 'node:string_decoder'
import { exec, type ClusterConnection } from '../../kube/index.ts'
import { largestWaitingInput } from './inputQueue.ts'
import type { Program } from './terminal.ts'

/** bash where there is one, else sh. `exec` so that the shell is the process that gets the signals. */
const command = [
  'sh',
  '-c',
  'TERM=xterm-256color; export TERM; if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi',
]

export interface ShellOptions {
  namespace: string
  pod: string
  container?: string | undefined
  columns: number
  rows: number
  signal: AbortSignal
}

/**
 * A shell in a container. Without one, `ended` rejects with NO_SHELL.
 * @throws as `exec`
 */
export async function podShell(connection: ClusterConnection, options: ShellOptions): Promise<Program> {
  const { namespace, pod, container, columns, rows, signal } = options
  const at = { namespace, pod, ...(container === undefined ? {} : { container }) }
  const session = await exec(connection, { ...at, command, stdin: true, tty: true, signal })
  session.resize(columns, rows)
  const decoder = new StringDecoder('utf8')
  const drained = new Promise<void>((resolve) => session.stdout.once('close', resolve))
  session.stderr.resume()
  return {
    title: container === undefined ? pod : `${pod}/${container}`,
    notes: [],
    onData: (listener) => void session.stdout.on('data', (chunk: Buffer) => listener(decoder.write(chunk))),
    write: (data) => {
      if (session.stdin.writableLength + Buffer.byteLength(data) > largestWaitingInput) return false
      session.stdin.write(data)
      return true
    },
    resize: (newColumns, newRows) => session.resize(newColumns, newRows),
    pause: () => void session.stdout.pause(),
    resume: () => void session.stdout.resume(),
    ended: session.status.then(async ({ exitCode }) => {
      // The last lines of the program come before its end.
      await drained
      return { exitCode, message: exitCode === 0 ? 'The shell ended.' : `The shell ended with exit code ${exitCode}.` }
    }),
    close: () => session.close(),
  }
}
