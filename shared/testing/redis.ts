import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { startChildServer, untilServing, type ChildServer } from './childServer.ts'
import { freePort } from './freePort.ts'

export interface TestRedis {
  readonly host: string
  readonly port: number
  readonly password: string
  /** Ends the server and removes its files. Safe to call when it was already ended by `end`. */
  readonly stop: () => Promise<void>
  /** Ends the server only; `begin` starts it again on the same port, empty. */
  readonly end: () => Promise<void>
  readonly begin: () => Promise<void>
}

/** A throw-away Redis on a free loopback port that keeps nothing on disk. */
export async function startRedis(): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'suite-redis-'))
  const connection = { host: '127.0.0.1', port: await freePort(), password: randomBytes(12).toString('hex') }

  const start = async (): Promise<ChildServer> => {
    const address = ['--bind', connection.host, '--port', String(connection.port), '--requirepass', connection.password]
    const storage = ['--save', '', '--appendonly', 'no', '--dir', directory]
    const server = startChildServer('redis-server', [...address, ...storage], { cwd: directory })
    await untilServing(server, async () => {
      const client = new Redis({ ...connection, lazyConnect: true, retryStrategy: () => null })
      client.on('error', () => undefined)
      await client.connect()
      client.disconnect()
    })
    return server
  }

  let server: ChildServer | undefined = await start()
  const end = async () => {
    await server?.end('SIGTERM')
    server = undefined
  }
  return {
    ...connection,
    end,
    begin: async () => {
      server = await start()
    },
    stop: async () => {
      await end()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
