import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parse } from 'yaml'

/** A cluster for tests: the sandbox, or the real one named in CONSOLE_TEST_KUBECONFIG. */
export interface TestCluster {
  kubeconfigPath: string
  /** The context to use. */
  context: string
  /** `https://host:port` */
  server: string
  isSandbox: boolean
  /** The sandbox's process id, so that a test can kill it. */
  pid: number | undefined
  /**
   * Ends the API server without warning and brings it back at the same address: kill -9 of the sandbox, or the program that
   * CONSOLE_TEST_RESTART_API_SERVER names for a real cluster. Resolves when it is ready again.
   */
  restartApiServer(): Promise<void>
  /** Ends the sandbox and removes its state; does nothing to a real cluster. */
  stop(): Promise<void>
}

/** Where a real cluster pulls images from, with a trailing slash; the sandbox needs none. */
export const imageRegistry = process.env.CONSOLE_TEST_IMAGE_REGISTRY ?? ''

const bundle = join(import.meta.dirname, '..', '..', 'out', 'server', 'sandbox.js')
/** Milliseconds; two cores shared with other tests. */
const readyTimeout = 60_000

/** The one way a test gets a cluster. @param state an existing state directory to resume; it is then kept on stop */
export async function startCluster(state?: string): Promise<TestCluster> {
  const real = process.env.CONSOLE_TEST_KUBECONFIG
  return real ? realCluster(real) : startSandbox(state)
}

/** A sandbox, whatever CONSOLE_TEST_KUBECONFIG says: where a test needs a second cluster beside that of its file. */
export async function startSandbox(state?: string): Promise<TestCluster> {
  if (!existsSync(bundle)) throw new Error('out/server/sandbox.js is missing: run `npm run build` first.')
  const directory = state ?? (await temporaryState())
  let child = sandboxProcess(directory)
  const ready = await readyLine(child)
  return {
    kubeconfigPath: ready.kubeconfig,
    context: 'sandbox',
    server: ready.server,
    isSandbox: true,
    get pid() {
      return child.pid
    },
    restartApiServer: async () => {
      const dead = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGKILL')
      await dead
      child = sandboxProcess(directory, new URL(ready.server).port)
      await readyLine(child)
    },
    stop: async () => {
      await ended(child)
      if (state === undefined) await rm(directory, { recursive: true, force: true })
    },
  }
}

function sandboxProcess(directory: string, port?: string): ChildProcess {
  const words = [bundle, '--state', directory, '--exit-with-parent', ...(port === undefined ? [] : ['--port', port])]
  return spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] })
}

/** A state directory for a sandbox; other users may pass through it, because PostgreSQL does not run as root. */
export async function temporaryState(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'console-sandbox-'))
  await chmod(directory, 0o711)
  return directory
}

async function realCluster(path: string): Promise<TestCluster> {
  const config = parse(await readFile(path, 'utf8')) as {
    'current-context': string
    contexts: { name: string; context: { cluster: string } }[]
    clusters: { name: string; cluster: { server: string } }[]
  }
  const context = config['current-context']
  const cluster = config.contexts.find(({ name }) => name === context)?.context.cluster
  const server = config.clusters.find(({ name }) => name === cluster)?.cluster.server ?? ''
  return {
    kubeconfigPath: path,
    context,
    server,
    isSandbox: false,
    pid: undefined,
    restartApiServer: restartReal,
    stop: () => Promise.resolve(),
  }
}

async function restartReal(): Promise<void> {
  const program = process.env.CONSOLE_TEST_RESTART_API_SERVER
  if (!program) throw new Error('CONSOLE_TEST_RESTART_API_SERVER must name a program that restarts the API server.')
  const child = spawn(program, [], { stdio: 'inherit' })
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve))
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}`)
}

function readyLine(child: ChildProcess): Promise<{ kubeconfig: string; server: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error('the sandbox did not become ready'))
    }, readyTimeout)
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code} before it was ready`)))
    if (!child.stdout) {
      reject(new Error('the sandbox has no standard output'))
      return
    }
    createInterface(child.stdout).once('line', (line) => {
      clearTimeout(timer)
      resolve(JSON.parse(line) as { kubeconfig: string; server: string })
    })
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await exit
  clearTimeout(timer)
}
