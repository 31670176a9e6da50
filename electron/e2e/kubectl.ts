import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { TestCluster } from '#shared/testing/cluster.ts'
import { judges } from '#shared/testing/judges.ts'

/** A namespace that no other run uses. */
export function uniqueNamespace(word: string): string {
  return `console-${word}-${randomBytes(3).toString('hex')}`
}

/** Where kubectl goes. */
export type Judged = Pick<TestCluster, 'kubeconfigPath' | 'context'>

/** Runs kubectl against the cluster of the file: the judge beside the window. @returns what it printed @throws Error with its complaint */
export async function kubectl(cluster: Judged, args: readonly string[], input = ''): Promise<string> {
  const program = (await judges()).kubectl
  const child = spawn(program, ['--kubeconfig', cluster.kubeconfigPath, '--context', cluster.context, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let output = ''
  let complaint = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${complaint}`)
  return output.trim()
}

export const apply = (cluster: Judged, ...objects: object[]): Promise<string> =>
  kubectl(cluster, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))

/** Asks the suite's own database, past the window. */
export const sql = (cluster: Judged, namespace: string, query: string, database = 'agency_swarm'): Promise<string> =>
  kubectl(cluster, ['-n', namespace, 'exec', 'postgresql-0', '--', 'psql', '-Atd', database, '-c', query])

/** Removes a test's namespace and waits until it is gone, so that the next file finds the machine free. */
export async function removeNamespace(cluster: Judged, namespace: string): Promise<void> {
  await kubectl(cluster, ['delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s'])
}
