import type { FastifyBaseLogger } from 'fastify'
import { sealAudit, type ChainKeys } from '../database/auditChain.ts'
import type { Database } from '../database/connection.ts'

/** How long an entry is stored without its place in the chain, at most. Milliseconds. */
const sealEvery = 1_000

/** Seals audit entries of all services, as long as any replica of the backend runs. @returns what stops it */
export function keepSealing(database: Database, keys: ChainKeys, log: FastifyBaseLogger): () => Promise<void> {
  let running = Promise.resolve()
  let lastFailure = ''
  const seal = async () => {
    try {
      while ((await sealAudit(database, keys)) > 0) lastFailure = ''
    } catch (error) {
      // Said once: the same failure every second would bury everything else.
      const failure = error instanceof Error ? error.message : String(error)
      if (failure !== lastFailure) log.error({ err: error, channel: 'audit' }, 'audit entries could not be sealed')
      lastFailure = failure
    }
  }
  let isBusy = false
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    running = seal().finally(() => {
      isBusy = false
    })
  }, sealEvery)
  return async () => {
    clearInterval(timer)
    await running
    await seal()
  }
}
