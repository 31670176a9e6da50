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
  if (real) return realCluster(real)
  if (!existsSync(bundle)) throw new Error('out/server/sandbox.js is missing: run `npm run build` first.')
  const directory = state ?? (await temporaryState())
  const child = spawn(process.execPath, [bundle, '--state', directory, '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ready = await readyLine(child)
  return {
    kubeconfigPath: ready.kubeconfig,
    context: 'sandbox',
    server: ready.server,
    isSandbox: true,
    pid: child.pid,
    stop: async () => {
      await ended(child)
      if (state === undefined) await rm(directory, { recursive: true, force: true })
    },
  }
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
  return { kubeconfigPath: path, context, server, isSandbox: false, pid: undefined, stop: () => Promise.resolve() }
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
