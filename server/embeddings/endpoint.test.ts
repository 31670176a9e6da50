import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ConfigurationError, embeddingVariables, readConfiguration } from '../common/configuration.ts'
import { offlineEmbeddingModel } from '../database/offlineEmbedding.ts'
import { chooseEmbedder } from './embedder.ts'
import { createEndpointEmbedder, EmbeddingUnavailable, type EndpointOptions } from './endpoint.ts'
import { startEmbeddingServer, type EmbeddingServer } from './testing/embeddingServer.ts'

let server: EmbeddingServer
beforeAll(async () => {
  server = await startEmbeddingServer({ dimensions: 8 })
})
afterEach(() => (server.requests as unknown[]).splice(0))
afterAll(() => server?.stop())

const never = new AbortController().signal
const embedder = (more: Partial<EndpointOptions> = {}) =>
  createEndpointEmbedder({
    ...{ baseUrl: server.baseUrl, model: 'letters', dimensions: 8, apiKey: 'a key', asksForDimensions: false },
    ...{ timeoutMilliseconds: 5_000, firstPause: 1, ...more },
  })

describe('an embedding endpoint', () => {
  it('is asked in batches, and its vectors come back in the order of the texts', async () => {
    const texts = Array.from({ length: 70 }, (_, index) => 'abc'.repeat(index + 1))
    const vectors = await embedder().embed(texts, never)
    expect(server.requests.map(({ input }) => input.length)).toEqual([32, 32, 6])
    expect(server.requests[0]).toMatchObject({ model: 'letters', authorization: 'Bearer a key' })
    expect(server.requests[0]).not.toHaveProperty('dimensions')
    // Longer texts have larger entries: the order shows.
    const sizes = vectors.map((vector) => Math.max(...(JSON.parse(vector) as number[])))
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
    expect(sizes).toHaveLength(70)
    await embedder({ asksForDimensions: true }).embed(['x'], never)
    expect(server.requests.at(-1)?.dimensions).toBe(8)
  })

  it('that is overloaded, broken, silent or cut off is asked again', async () => {
    server.answerNext(429, 503, 'cut')
    expect(await embedder().embed(['text'], never)).toHaveLength(1)
    server.answerNext('hang')
    expect(await embedder({ timeoutMilliseconds: 100 }).embed(['text'], never)).toHaveLength(1)
    expect(server.requests).toHaveLength(6)
  })

  it('that stays away is given up after four attempts; one that refuses is not asked twice', async () => {
    server.answerNext(500, 500, 500, 500)
    await expect(embedder().embed(['text'], never)).rejects.toThrow(/failed 4 times.*500/)
    expect(server.requests).toHaveLength(4)
    server.answerNext(401)
    await expect(embedder().embed(['text'], never)).rejects.toThrow(/401.*EMBEDDING_API_KEY/)
    expect(server.requests).toHaveLength(5)
  })

  it('that answers with other dimensions than configured is not believed', async () => {
    await expect(embedder({ dimensions: 9 }).embed(['text'], never)).rejects.toThrow(
      'gave 8 dimensions where EMBEDDING_DIMENSIONS says 9',
    )
    expect(server.requests).toHaveLength(1)
  })

  it('is waited for no longer than the caller does', async () => {
    server.answerNext('hang')
    const stop = new AbortController()
    const asked = embedder().embed(['text'], stop.signal)
    stop.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    await expect(asked).rejects.not.toBeInstanceOf(EmbeddingUnavailable)
  })
})

describe('the environment', () => {
  const choose = (environment: Record<string, string>) =>
    chooseEmbedder(readConfiguration(embeddingVariables, environment))

  it('without an endpoint means the offline model, and an endpoint needs its model and dimensions', () => {
    expect(choose({}).model).toBe(offlineEmbeddingModel)
    expect(() => choose({ EMBEDDING_BASE_URL: server.baseUrl })).toThrow(ConfigurationError)
    expect(() => choose({ EMBEDDING_BASE_URL: server.baseUrl, EMBEDDING_MODEL: 'm' })).toThrow(
      /\n {2}EMBEDDING_DIMENSIONS: is not set$/,
    )
    const full = { EMBEDDING_BASE_URL: server.baseUrl, EMBEDDING_MODEL: 'm', EMBEDDING_DIMENSIONS: '8' }
    expect(choose(full)).toMatchObject({ model: 'm', dimensions: 8 })
    expect(() => choose({ ...full, EMBEDDING_DIMENSIONS: '3072' })).toThrow('EMBEDDING_DIMENSIONS')
    expect(() => choose({ ...full, EMBEDDING_BASE_URL: 'file:///x' })).toThrow('EMBEDDING_BASE_URL')
  })
})
