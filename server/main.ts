import { ConfigurationError, type Environment } from './common/configuration.ts'

type Start = (environment: Environment, words: readonly string[]) => Promise<void>

/**
 * One bundle and one image for all: the first argument says which service this process is. Each loads nothing but its own modules, which
 * halves the time and the memory that a start takes.
 */
const services: Readonly<Record<string, () => Promise<Start>>> = {
  backend: async () => (await import('./api/main.ts')).startApi,
  mcp: async () => (await import('./mcp/main.ts')).startMcp,
  agents: async () => (await import('./agents/main.ts')).startAgents,
  frontend: async () => (await import('./frontend/main.ts')).startFrontend,
  migrate: job(async () => (await import('./database/main.ts')).migrateAndSeed),
  reembed: job(async () => (await import('./embeddings/reembed.ts')).reembedAll),
  'rotate-encryption-key': job(async () => (await import('./database/keyRotation.ts')).rotateEncryptionKey),
}

/** A job ends its process itself: inside Electron an empty event loop does not. */
function job(load: () => Promise<Start>): () => Promise<Start> {
  return async () => {
    const work = await load()
    return async (environment, words) => {
      await work(environment, words)
      process.exit(0)
    }
  }
}

async function main([name, ...words]: string[]): Promise<void> {
  const load = services[name ?? '']
  if (load === undefined) {
    process.stderr.write(`Say which service to start: ${Object.keys(services).join(', ')}.\n`)
    process.exitCode = 64
    return
  }
  try {
    const start = await load()
    await start(process.env, words)
  } catch (error) {
    const text =
      error instanceof ConfigurationError ? error.message : error instanceof Error ? error.stack : String(error)
    process.stderr.write(`${name ?? ''} could not start. ${text ?? ''}\n`)
    // Pools and listeners that were opened must not keep a process alive that serves nobody.
    process.exit(error instanceof ConfigurationError ? 78 : 1)
  }
}

await main(process.argv.slice(2))
