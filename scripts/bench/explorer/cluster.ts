import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judges } from '#shared/testing/judges.ts'
import type { Asked } from './standIn.ts'

export const pods = 10_000
export const context = 'bench'
export const namespace = 'flood'

/** The generated cluster: a stand-in API server in a process of its own. */
export interface BenchCluster {
  kubeconfig: string
  url: string
  asked(): Promise<Asked>
  /** Forgets what was asked so far. */
  reset(): Promise<void>
  /** Milliseconds of `kubectl get pods`, started cold. @throws Error when it does not print every pod */
  kubectl(): Promise<number>
  stop(): Promise<void>
}

export async function startBenchCluster(): Promise<BenchCluster> {
  const child = fork(join(import.meta.dirname, 'standIn.ts'), [String(pods)], { execArgv: ['--import', 'tsx'] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const url = `http://127.0.0.1:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'console-bench-'))
  const kubeconfig = join(folder, 'config')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: context, cluster: { server: url } }],
    users: [{ name: context, user: {} }],
    contexts: [{ name: context, context: { cluster: context, user: context, namespace } }],
  }
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 })
  const program = (await judges()).kubectl
  return {
    kubeconfig,
    url,
    asked: async () => (await (await fetch(`${url}/bench/asked`)).json()) as Asked,
    reset: async () => {
      await (await fetch(`${url}/bench/reset`)).text()
    },
    kubectl: () => timed(program, ['--kubeconfig', kubeconfig, 'get', 'pods', '-n', namespace, '--no-headers'], folder),
    stop: async () => {
      child.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function timed(program: string, args: string[], home: string): Promise<number> {
  const begun = performance.now()
  // A home of its own: no discovery kept from an earlier run.
  const child = spawn(program, [...args, '--cache-dir', join(home, `cache-${begun}`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let lines = 0
  child.stdout.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10) lines += 1
  })
  await once(child, 'close')
  if (lines !== pods) throw new Error(`kubectl printed ${lines} of ${pods} pods.`)
  return performance.now() - begun
}
