import type { Embedder } from './types.ts'
import { ConfigurationError, type EmbeddingConfiguration } from '../common/configuration.ts'
import { embed, offlineDimensions, offlineEmbeddingModel } from '../database/offlineEmbedding.ts'
import type { Embedding } from '../database/knowledge.ts'
import { createEndpointEmbedder } from './endpoint.ts'

/** Deterministic, without a network: the same text gives the same vector in every process. */
const offlineEmbedder: Embedder = {
  model: offlineEmbeddingModel,
  dimensions: offlineDimensions,
  embed: (texts) => Promise.resolve(texts.map(embed)),
}

/**
 * The embedder that the environment describes: an OpenAI-compatible endpoint, or the offline one when no endpoint is set.
 * @throws ConfigurationError naming what an endpoint lacks
 */
export function chooseEmbedder(configuration: EmbeddingConfiguration): Embedder {
  const { EMBEDDING_BASE_URL: baseUrl, EMBEDDING_MODEL: model, EMBEDDING_DIMENSIONS: dimensions } = configuration
  if (baseUrl === undefined) return offlineEmbedder
  if (model === undefined || dimensions === undefined) {
    const absent = [
      model === undefined ? 'EMBEDDING_MODEL' : '',
      dimensions === undefined ? 'EMBEDDING_DIMENSIONS' : '',
    ]
    const lines = absent.filter((name) => name !== '').map((name) => `  ${name}: is not set`)
    throw new ConfigurationError(
      `EMBEDDING_BASE_URL names an endpoint that is not fully described. Set these variables too and start again:\n${lines.join('\n')}`,
    )
  }
  return createEndpointEmbedder({
    baseUrl,
    model,
    dimensions,
    apiKey: configuration.EMBEDDING_API_KEY,
    asksForDimensions: configuration.EMBEDDING_ASKS_FOR_DIMENSIONS === 'true',
    timeoutMilliseconds: configuration.EMBEDDING_TIMEOUT_MILLISECONDS,
  })
}

/**
 * What is embedded of a document. Cut, because embedding models take about 8,000 tokens and refuse more; in some scripts a character is
 * a token. Full text search still sees the whole document.
 */
export const embeddedText = (title: string, content: string) => `${title} ${content}`.slice(0, 8_000)

/** The vector of one document, with the model it belongs to. @throws EmbeddingUnavailable */
export async function embedDocument(
  embedder: Embedder,
  document: { readonly title: string; readonly content: string },
  signal: AbortSignal,
): Promise<Embedding> {
  return embedText(embedder, embeddedText(document.title, document.content), signal)
}

/** The vector of one text, such as a question. @throws EmbeddingUnavailable */
export async function embedText(embedder: Embedder, text: string, signal: AbortSignal): Promise<Embedding> {
  const [vector = ''] = await embedder.embed([text], signal)
  return { vector, model: embedder.model, dimensions: embedder.dimensions }
}
