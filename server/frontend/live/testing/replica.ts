import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { freePort } from '#shared/testing/freePort.ts'
import { until } from '../../../testing/until.ts'

const repository = join(import.meta.dirname, '../../../..')

/** A frontend as a process of its own, as a replica in a cluster is one. */
export interface Replica {
  /** `http://127.0.0.1:port` */
  readonly address: string
  /** The value of a metric, summed over its labels that match; 0 when there is none. */
  readonly metric: (name: string, label?: string) => Promise<number>
  readonly end: (signal: NodeJS.Signals) => Promise<void>
}

export interface Replicas {
  readonly start: (environment: Record<string, string>) => Promise<Replica>
  readonly stop: () => Promise<void>
}

/** Bundles the frontend once. Its page is a stub: these tests are about what comes through the socket. */
export async function buildReplicas(): Promise<Replicas> {
  // Inside the repository: the bundle finds its packages in node_modules above it.
  mkdirSync(join(repository, 'out'), { recursive: true })
  const folder = mkdtempSync(join(repository, 'out/replica-test-'))
  const outfile = join(folder, 'frontend.js')
  await build({
    stdin: {
      contents: "import { startFrontend } from './server/frontend/main.ts'\nawait startFrontend(process.env)",
      resolveDir: repository,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
  })
  mkdirSync(join(folder, 'frontend'))
  writeFileSync(join(folder, 'frontend/index.html'), '<!doctype html><title>Agency Swarm</title>')
  const running = new Set<Replica>()

  const start = async (environment: Record<string, string>): Promise<Replica> => {
    const port = await freePort()
    const child = spawn(process.execPath, [outfile], {
      env: { ...environment, HOST: '127.0.0.1', PORT: String(port), BACKEND_URL: 'http://127.0.0.1:1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const killAtExit = () => child.kill('SIGKILL')
    process.once('exit', killAtExit)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)))
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const address = `http://127.0.0.1:${port}`
    const replica: Replica = {
      address,
      metric: async (name, label = '') => {
        const lines = (await (await fetch(`${address}/metrics`)).text()).split('\n')
        const values = lines.filter((line) => line.startsWith(`${name}{`) && line.includes(label))
        return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
      },
      end: async (signal) => {
        child.kill(signal)
        await ended
        process.off('exit', killAtExit)
        running.delete(replica)
      },
    }
    running.add(replica)
    await until(
      () =>
        fetch(`${address}/ready`).then(
          ({ status }) => status,
          () => output,
        ),
      (status) => status === 200,
    )
    return replica
  }

  return {
    start,
    stop: async () => {
      await Promise.all([...running].map((replica) => replica.end('SIGKILL')))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
