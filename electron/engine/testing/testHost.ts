import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Host, SandboxProcess } from '../host.ts'

const root = join(import.meta.dirname, '..', '..', '..')

/** A Host in a few lines: files in a folder of its own, the sandbox as a plain child process, no dialogs. */
export async function testHost(): Promise<Host & { remove(): Promise<void> }> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'console-engine-'))
  return {
    dataDirectory,
    resourcesDirectory: join(root, 'resources'),
    user: 'maya',
    runtime: { electron: '', chrome: '', node: process.versions.node },
    version: '0.0.0-test',
    engineStarts: 1,
    openFile: () => Promise.resolve(null),
    startSandbox,
    now: () => Date.now(),
    remove: () => rm(dataDirectory, { recursive: true, force: true }),
  }
}

function startSandbox(args: string[]): SandboxProcess {
  const child = spawn(process.execPath, [join(root, 'out', 'server', 'sandbox.js'), ...args, '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)
  return {
    pid: child.pid,
    onLine: (listener) => void lines.on('line', listener),
    onExit: (listener) => void child.once('exit', (code) => listener(code ?? 1)),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}
