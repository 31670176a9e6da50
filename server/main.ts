import { startAgents } from './agents/main.ts'
import { startApi } from './api/main.ts'
import { ConfigurationError, type Environment } from './common/configuration.ts'
import { rotateEncryptionKey } from './database/keyRotation.ts'
import { migrateAndSeed } from './database/main.ts'
import { reembedAll } from './embeddings/reembed.ts'
import { startFrontend } from './frontend/main.ts'
import { startMcp } from './mcp/main.ts'

/** One bundle and one image for all: the first argument says which service this process is. */
const services: Readonly<Record<string, (environment: Environment) => Promise<void>>> = {
  backend: startApi,
  mcp: startMcp,
  agents: startAgents,
  frontend: startFrontend,
  migrate: migrateAndEnd,
  reembed: reembedAndEnd,
  'rotate-encryption-key': rotateAndEnd,
}

/** A job ends its process itself: inside Electron an empty event loop does not. */
async function migrateAndEnd(environment: Environment): Promise<void> {
  await migrateAndSeed(environment)
  process.exit(0)
}

async function reembedAndEnd(environment: Environment): Promise<void> {
  await reembedAll(environment)
  process.exit(0)
}

async function rotateAndEnd(environment: Environment): Promise<void> {
  await rotateEncryptionKey(environment)
  process.exit(0)
}

async function main(name: string | undefined): Promise<void> {
  const start = services[name ?? '']
  if (start === undefined) {
    process.stderr.write(`Say which service to start: ${Object.keys(services).join(', ')}.\n`)
    process.exitCode = 64
    return
  }
  try {
    await start(process.env)
  } catch (error) {
    const text =
      error instanceof ConfigurationError ? error.message : error instanceof Error ? error.stack : String(error)
    process.stderr.write(`${name ?? ''} could not start. ${text ?? ''}\n`)
    // Pools and listeners that were opened must not keep a process alive that serves nobody.
    process.exit(error instanceof ConfigurationError ? 78 : 1)
  }
}

await main(process.argv[2])
