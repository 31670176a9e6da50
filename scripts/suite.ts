import { rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { buildServer } from './build/build.ts'
import { ensure } from './setup/ensure.ts'
import { publishEnvironment, suiteDirectory, suiteSecrets } from './suite/directory.ts'
import { portNear } from './suite/ports.ts'
import { hasAdministrator, startPostgres, startRedis, type SuiteServer } from './suite/servers.ts'
import {
  logPath,
  runJob,
  serviceNames,
  startService,
  stopService,
  untilReady,
  type RunningService,
} from './suite/services.ts'

// `npm run suite`: the services alone, on the host's PostgreSQL and Redis, until Ctrl C. `npm run suite -- reset` clears its data.
const directory = suiteDirectory()
if (process.argv.includes('reset')) {
  await rm(directory, { recursive: true, force: true })
  console.log(`The suite's data in ${directory} are gone. The next start makes a new database.`)
  process.exit(0)
}
await ensure(['sandbox'])
await buildServer()

const servers: SuiteServer[] = []
const services: RunningService[] = []
let isStopping = false

async function stop(code: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  await Promise.all(services.map(stopService))
  await Promise.all(servers.map((server) => server.stop()))
  process.exit(code)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0))

/** The first administrator's password: made here, shown once, and kept nowhere in readable form. */
async function migrate(postgres: SuiteServer, environment: Record<string, string>): Promise<void> {
  const isFirst = !(await hasAdministrator(postgres))
  const password = randomBytes(12).toString('base64url')
  await runJob(directory, 'migrate', { ...environment, ADMIN_PASSWORD: password })
  if (isFirst) console.log(`First password of admin, shown this once: ${password}\n`)
}

async function start(): Promise<void> {
  const secrets = await suiteSecrets(directory)
  const postgres = await startPostgres(directory, secrets)
  servers.push(postgres)
  const redis = await startRedis(directory, secrets)
  servers.push(redis)
  const names = Object.keys(serviceNames) as (keyof typeof serviceNames)[]
  const ports = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await portNear(serviceNames[name])] as const)),
  )
  const at = (name: keyof typeof serviceNames) => `http://127.0.0.1:${ports[name] ?? 0}`
  const environment = {
    ...postgres.environment,
    ...redis.environment,
    ...given(),
    HOST: '127.0.0.1',
    ENVIRONMENT: 'development',
    JWT_SECRET: secrets.jwtSecret,
    ENCRYPTION_KEY: secrets.encryptionKey,
    BACKEND_URL: at('backend'),
    MCP_URL: at('mcp'),
    AGENTS_URL: at('agents'),
    TRUSTED_PROXIES: '127.0.0.1',
  }
  await publishEnvironment(directory, environment)
  await migrate(postgres, environment)
  for (const name of names) {
    const service = await startService(directory, { name, port: ports[name] ?? 0 }, environment)
    services.push(service)
    service.child.once('exit', (code, signal) => {
      if (isStopping) return
      console.error(`${name} ended (${signal ?? code}). Its log: ${logPath(directory, name)}`)
      void stop(1)
    })
  }
  await Promise.all(services.map((service) => untilReady(directory, service)))
  report(postgres, redis)
}

/** Settings of the caller's that services read: a model endpoint, prices, a collector of traces. */
function given(): Record<string, string> {
  const names = /^(MODEL_|EMBEDDING_|HTTP_ALLOW_LIST|OTEL_EXPORTER_|OFFLINE_MODEL_|(HAIKU|SONNET|OPUS)_|LOG_LEVEL)/
  const entries = Object.entries(process.env).filter(([name, value]) => names.test(name) && value !== undefined)
  return Object.fromEntries(entries) as Record<string, string>
}

function report(postgres: SuiteServer, redis: SuiteServer): void {
  const rows = [
    ...services.map(({ name, port }) => [name, `http://127.0.0.1:${port}`]),
    ['postgresql', postgres.address],
    ['redis', redis.address],
    ['logs', join(directory, 'logs')],
  ]
  for (const [name = '', where = ''] of rows) console.log(`${name.padEnd(12)}${where}`)
  const page = services.find(({ name }) => name === 'frontend')?.port ?? 0
  console.log(`\nOpen http://127.0.0.1:${page} and sign in as admin.`)
  console.log('Ctrl C stops everything; the data stay. `npm run suite -- reset` clears them.')
}

try {
  await start()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  await stop(1)
}
