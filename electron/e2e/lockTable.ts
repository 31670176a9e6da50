import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { judges } from '#shared/testing/judges.ts'
import type { Judged } from './kubectl.ts'

export interface TableLock {
  release(): Promise<void>
}

/** Locks a table of the suite against every reader: whoever dumps it waits, for as long as the test likes. */
export async function lockTable(cluster: Judged, namespace: string, table: string): Promise<TableLock> {
  const program = (await judges()).kubectl
  const where = ['--kubeconfig', cluster.kubeconfigPath, '--context', cluster.context, '-n', namespace]
  const psql = ['exec', '-i', 'postgresql-0', '--', 'psql', '-Atd', 'agency_swarm']
  const child = spawn(program, [...where, ...psql], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const lines = createInterface(child.stdout)
  child.stdin.write(`begin; lock table ${table} in access exclusive mode; select 'locked';\n`)
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => line === 'locked' && resolve())
    child.once('close', () => reject(new Error(`${table} could not be locked`)))
  })
  return {
    release: async () => {
      child.stdin.end('rollback;\n')
      await ended
    },
  }
}
