import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spawn, type IPty } from '@lydell/node-pty'
import { descriptorSink, InputQueue } from './inputQueue.ts'
import { setUpShell } from './shell/setUpShell.ts'
import { startingPoint } from './shell/startingPoint.ts'
import type { Program } from './terminal.ts'

export interface KubectlShellOptions {
  title: string
  /** Text of the kubeconfig that its kubectl knows. */
  kubeconfig: string
  /** What the prompt names. */
  label: string
  /** What the prompt is coloured by. */
  kind: string
  columns: number
  rows: number
  /** Absolute. */
  kubectl: string
  /** Private folder for what terminals need; each terminal has its own in it. */
  folder: string
  environment: Readonly<Record<string, string | undefined>>
}

/** The person's own shell, whose kubectl knows this kubeconfig and nothing else. */
export async function kubectlShell(options: KubectlShellOptions): Promise<Program> {
  const { title, kubeconfig, label, kind, columns, rows, kubectl, environment } = options
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  // mkdtemp makes it readable by its owner alone.
  const folder = await mkdtemp(join(options.folder, 'kubectl-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    await writeFile(join(folder, 'config'), kubeconfig, { mode: 0o600 })
    const { shell, directory, notes } = await startingPoint(environment)
    const place = { folder, kubectl, label, environment: kind }
    const setup = await setUpShell(shell, place, { ...environment, SHELL: shell })
    const size = { cols: columns, rows }
    const pty = spawn(shell, setup.args, { name: 'xterm-256color', ...size, cwd: directory, env: setup.environment })
    const input = inputOf(pty)
    const ended = new Promise<{ exitCode: number | null; message: string }>((resolve) => {
      pty.onExit(({ exitCode }) => {
        input.close()
        remove()
        resolve({
          exitCode,
          message: exitCode === 0 ? 'The shell ended.' : `The shell ended with exit code ${exitCode}.`,
        })
      })
    })
    let isOpen = true
    void ended.then(() => (isOpen = false))
    return {
      title,
      notes: [...notes, ...setup.notes],
      onData: (listener) => void pty.onData(listener),
      write: (data) => input.add(data),
      resize: (newColumns, newRows) => {
        if (isOpen) pty.resize(newColumns, newRows)
      },
      pause: () => pty.pause(),
      resume: () => pty.resume(),
      ended,
      close: () => {
        input.close()
        remove()
        if (isOpen) pty.kill()
      },
    }
  } catch (thrown) {
    remove()
    throw thrown
  }
}

/**
 * The library keeps what a program does not read without a limit, and asks the system for room without a pause: a core that is busy
 * for as long as the program sleeps. On Windows a terminal is a pipe, where neither is the case.
 */
function inputOf(pty: IPty): Pick<InputQueue, 'add' | 'close'> {
  const { fd } = pty as IPty & { fd?: number }
  if (fd !== undefined) return new InputQueue(descriptorSink(fd))
  return {
    add: (text) => {
      pty.write(text)
      return true
    },
    close: () => undefined,
  }
}
