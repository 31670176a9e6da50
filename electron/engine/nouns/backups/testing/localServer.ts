import { spawn } from 'node:child_process'
import { Client } from 'pg'
import type { DatabaseServer, SqlSession, ToolRun } from '../../../ports/databaseServer.ts'
import { tailOf, toolPreamble } from '../../../ports/databaseServer.ts'

export interface LocalServerFacts {
  host: string
  port: number
  user: string
  password: string
  binaries: string
  database: string
}

/** A PostgreSQL of this machine in the place of a pod's: the same scripts, run by a local shell. */
export function localServer(facts: LocalServerFacts): DatabaseServer {
  const { host, port, user, password, binaries, database } = facts
  return {
    database,
    connect: async (name, applicationName) => {
      const client = new Client({ host, port, user, password, database: name, application_name: applicationName })
      client.on('error', () => undefined)
      await client.connect()
      return session(client)
    },
    runTool: (script, parameters, signal) => {
      const env = { PATH: `${binaries}:/usr/bin:/bin`, PGHOST: host, PGPORT: String(port) }
      const child = spawn('sh', ['-c', toolPreamble + script, 'sh', ...parameters], { env, detached: true })
      child.stdin.on('error', () => undefined)
      child.stdin.write(`${user}\n${password}\n`)
      const errors = tailOf(child.stderr)
      const finished = new Promise<number>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', (code) => (code === null ? reject(new Error('killed')) : resolve(code)))
      }).then(async (exitCode) => ({ exitCode, errors: await errors }))
      finished.catch(() => undefined)
      // As on a cluster, the connection closes and the processes are left to themselves.
      const stop = () => {
        child.stdin.destroy()
        child.stdout.destroy()
        child.stderr.destroy()
      }
      signal?.addEventListener('abort', stop)
      return Promise.resolve<ToolRun>({ stdout: child.stdout, stdin: child.stdin, finished, stop })
    },
  }
}

function session(client: Client): SqlSession {
  return {
    query: async <Row extends object>(text: string, values?: readonly unknown[]) =>
      (await client.query<Row & Record<string, unknown>>(text, values && [...values])).rows,
    close: () => client.end().catch(() => undefined),
  }
}
