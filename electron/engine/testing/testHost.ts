import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Settings } from '#shared/contract/app.ts'
import type { CredentialsQuestion, ProgramAnswer, ProgramQuestion, RunningWork } from '#shared/rpc/host.ts'
import type { Host, SandboxProcess } from '../ports/host.ts'

const root = join(import.meta.dirname, '..', '..', '..')

export interface TestHost extends Host {
  /** What the person answers to the question whether a program may run; a test sets it. */
  answerProgram: (question: ProgramQuestion) => ProgramAnswer | Promise<ProgramAnswer>
  /** The same for credentials that could go astray. */
  answerCredentials: (question: CredentialsQuestion) => boolean | Promise<boolean>
  /** The themes shown so far, newest last. */
  readonly shownThemes: Settings['theme'][]
  /** Where the person saves; null closes the dialog. A test sets it. */
  saveTo: string | null
  /** What was said to run, newest last, and how what ended did. */
  readonly saidWork: RunningWork[][]
  readonly endedWork: string[]
  remove(): Promise<void>
}

/** A Host in a few lines: files in a folder of its own, the sandbox as a plain child process, no dialogs. */
export async function testHost(): Promise<TestHost> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'console-engine-'))
  const host: TestHost = {
    dataDirectory,
    resourcesDirectory: join(root, 'resources'),
    user: 'maya',
    runtime: { electron: '', chrome: '', node: process.versions.node },
    version: '0.0.0-test',
    engineStarts: 1,
    environment: Promise.resolve(process.env),
    openFile: () => Promise.resolve(null),
    saveTo: null,
    saveFile: () => Promise.resolve(host.saveTo),
    shownThemes: [],
    showTheme: (theme) => void host.shownThemes.push(theme),
    saidWork: [],
    endedWork: [],
    workChanged: (running) => void host.saidWork.push(running),
    workEnded: (title, outcome) => void host.endedWork.push(`${title}: ${outcome}`),
    answerProgram: () => 'no',
    approveProgram: async (question) => host.answerProgram(question),
    answerCredentials: () => false,
    approveCredentials: async (question) => host.answerCredentials(question),
    startSandbox,
    now: () => Date.now(),
    remove: () => rm(dataDirectory, { recursive: true, force: true }),
  }
  return host
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
