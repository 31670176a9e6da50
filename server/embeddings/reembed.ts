import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import {
  databaseVariables,
  embeddingVariables,
  readConfiguration,
  serviceVariables,
  type Environment,
} from '../common/configuration.ts'
import { logOptions } from '../common/logging.ts'
import { openDatabase, type DatabaseConnection } from '../database/connection.ts'
import {
  countStale,
  dropIdleVectorIndexes,
  ensureVectorIndex,
  nextStale,
  storeVectors,
  whileReembedding,
} from '../database/knowledgeReembedding.ts'
import { chooseEmbedder, embeddedText } from './embedder.ts'
import { type Embedder } from './types.ts'

export const reembedVariables = { LOG_LEVEL: serviceVariables.LOG_LEVEL, ...databaseVariables, ...embeddingVariables }

export interface ReembedLog {
  readonly info: (fields: object, message: string) => void
}

const batchSize = 64
const beforeAll = '00000000-0000-0000-0000-000000000000'

export interface ReembedOptions {
  readonly connection: DatabaseConnection
  readonly embedder: Embedder
  readonly log: ReembedLog
  readonly signal: AbortSignal
}

/**
 * Gives every document a vector of the configured model. It can be stopped at any moment and started again: what is done is seen from the
 * rows. Searches continue meanwhile, by words for documents that are not done yet.
 * @returns how many vectors were stored, or undefined when another process is at it
 * @throws EmbeddingUnavailable; the vectors stored by then stay
 */
export function reembed({ connection, embedder, log, signal }: ReembedOptions): Promise<number | undefined> {
  const { tables } = connection
  return whileReembedding(connection, async (client) => {
    // First, so that no document leaves the old index without finding the new one.
    if (await ensureVectorIndex(client, embedder))
      log.info({ model: embedder.model, dimensions: embedder.dimensions }, 'the index for the new vectors is built')
    let stored = 0
    for (let waiting = await countStale(tables, embedder); waiting > 0; waiting = await countStale(tables, embedder)) {
      log.info({ model: embedder.model, waiting }, 're-embedding')
      const inThisRound = await onceThrough({ connection, embedder, log, signal }, waiting)
      stored += inThisRound
      // Everything was edited while it was embedded, or a service with the old setting keeps writing.
      if (inThisRound === 0) await pause(1_000, undefined, { signal })
    }
    const dropped = await dropIdleVectorIndexes(client, embedder)
    if (dropped.length > 0) log.info({ dropped }, 'the indexes of earlier models are gone')
    return stored
  })
}

async function onceThrough({ connection, embedder, log, signal }: ReembedOptions, waiting: number): Promise<number> {
  let stored = 0
  let after = beforeAll
  for (;;) {
    signal.throwIfAborted()
    const documents = await nextStale(connection.tables, embedder, after, batchSize)
    const last = documents.at(-1)
    if (last === undefined) return stored
    const texts = documents.map(({ title, content }) => embeddedText(title, content))
    const vectors = await embedder.embed(texts, signal)
    const fresh = documents.map((document, index) => ({ ...document, vector: vectors[index] ?? '' }))
    stored += await storeVectors(connection.tables, embedder, fresh)
    after = last.id
    log.info({ stored, waiting: Math.max(0, waiting - stored) }, 'vectors stored')
  }
}

/** The job `reembed`: run after EMBEDDING_* changed, when all services have the new setting. SIGTERM stops it between two batches. */
export async function reembedAll(environment: Environment): Promise<void> {
  const settings = readConfiguration(reembedVariables, environment)
  const embedder = chooseEmbedder(settings)
  const log = pino(logOptions({ service: 'reembed', level: settings.LOG_LEVEL }))
  const stopping = new AbortController()
  process.once('SIGTERM', () => stopping.abort(new Error('Stopped by SIGTERM. Start the job again to continue.')))
  const connection = openDatabase(settings, {
    service: 'reembed',
    onConnectionLost: (error) => log.warn({ err: error }, 'database connection lost'),
  })
  try {
    const stored = await reembed({ connection, embedder, log, signal: stopping.signal })
    if (stored === undefined) log.info('another process is re-embedding: nothing to do here')
    else log.info({ stored, model: embedder.model }, 'every document has a vector of the configured model')
  } finally {
    await connection.close()
  }
}
