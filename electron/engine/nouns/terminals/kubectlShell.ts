import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { spawn } from '@lydell/node-pty'
import type { KubeContext } from '../../kube/index.ts'
import { contextKubeconfig } from './contextKubeconfig.ts'
import { setUpShell } from './shellSetup.ts'
import type { Program } from './terminal.ts'

export interface KubectlShellOptions {
  context: KubeContext
  namespace: string
  columns: number
  rows: number
  /** Absolute. */
  kubectl: string
  /** Private folder for what terminals need; each terminal has its own in it. */
  folder: string
  environment: Readonly<Record<string, string | undefined>>
}

/** The person's own shell, whose kubectl knows this context and nothing else. */
export async function kubectlShell(options: KubectlShellOptions): Promise<Program> {
  const { context, namespace, columns, rows, kubectl, environment } = options
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  // mkdtemp makes it readable by its owner alone.
  const folder = await mkdtemp(join(options.folder, 'kubectl-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    await writeFile(join(folder, 'config'), await contextKubeconfig(context, namespace, environment), { mode: 0o600 })
    const setup = await setUpShell(folder, dirname(kubectl), environment)
    const pty = spawn(setup.program, setup.args, {
      name: 'xterm-256color',
      cols: columns,
      rows,
      cwd: environment['HOME'] ?? homedir(),
      env: setup.environment,
    })
    const ended = new Promise<{ exitCode: number | null; message: string }>((resolve) => {
      pty.onExit(({ exitCode }) => {
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
      title: `kubectl: ${context.name} / ${namespace}`,
      onData: (listener) => void pty.onData(listener),
      write: (data) => pty.write(data),
      resize: (newColumns, newRows) => {
        if (isOpen) pty.resize(newColumns, newRows)
      },
      pause: () => pty.pause(),
      resume: () => pty.resume(),
      ended,
      close: () => {
        remove()
        if (isOpen) pty.kill()
      },
    }
  } catch (thrown) {
    remove()
    throw thrown
  }
}
