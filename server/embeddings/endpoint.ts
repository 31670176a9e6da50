import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Embedder } from './types.ts'

/** The embedding model did not answer, or not as agreed. Nothing was stored; trying again later is safe. */
export class EmbeddingUnavailable extends Error {
  override readonly name = 'EmbeddingUnavailable'
}

export interface EndpointOptions {
  readonly baseUrl: string
  readonly model: string
  readonly dimensions: number
  readonly apiKey?: string | undefined
  readonly asksForDimensions: boolean
  /** For one request. */
  readonly timeoutMilliseconds: number
  /** The pause before the second attempt; each further one is twice as long. Milliseconds. */
  readonly firstPause?: number
}

/** Texts of one request: below the limits of common servers (OpenAI 2,048; text-embeddings-inference 32 by default). */
const batchSize = 32
const attempts = 4
/** A server may ask for any patience; longer than this the caller should rather hear of it. Milliseconds. */
const longestPause = 20_000

const answerSchema = z.object({
  data: z.array(z.object({ index: z.number().int(), embedding: z.array(z.number()) })),
})

/** A refusal that another attempt may not meet. */
class Temporary extends Error {
  readonly patience: number | undefined
  constructor(message: string, patience?: number) {
    super(message)
    this.patience = patience
  }
}

/** `Retry-After` in milliseconds, of its two forms (RFC 9110, 10.2.3). */
function retryAfter(response: Response): number | undefined {
  const text = response.headers.get('retry-after')
  if (text === null) return undefined
  const seconds = Number(text)
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now()
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined
}

/** An embedder behind `POST <baseUrl>/embeddings` as OpenAI describes it: batches, timeouts, and patience with 429, 5xx and the network. */
export function createEndpointEmbedder(options: EndpointOptions): Embedder {
  const { model, dimensions, apiKey, asksForDimensions, timeoutMilliseconds, firstPause = 500 } = options
  const url = new URL(`${options.baseUrl.replace(/\/+$/, '')}/embeddings`)
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  }

  const ask = async (input: readonly string[], signal: AbortSignal): Promise<string[]> => {
    const body = JSON.stringify({
      model,
      input,
      encoding_format: 'float',
      ...(asksForDimensions ? { dimensions } : {}),
    })
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)])
    const answer = await fetch(url, { method: 'POST', headers, body, signal: limited, redirect: 'error' }).then(
      async (response) => {
        if (response.ok) return (await response.json()) as unknown
        await response.body?.cancel()
        const text = `The embedding endpoint answered ${response.status}.`
        if (response.status === 429 || response.status >= 500) throw new Temporary(text, retryAfter(response))
        throw new EmbeddingUnavailable(`${text} Check EMBEDDING_BASE_URL, EMBEDDING_API_KEY and EMBEDDING_MODEL.`)
      },
    )
    return vectorsOf(answer, input.length, dimensions)
  }

  const askPatiently = async (input: readonly string[], signal: AbortSignal): Promise<string[]> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await ask(input, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof EmbeddingUnavailable) throw error
        if (attempt === attempts) {
          const reason = error instanceof Error ? error.message : String(error)
          throw new EmbeddingUnavailable(`The embedding endpoint failed ${attempts} times, last: ${reason}`, {
            cause: error,
          })
        }
        const ownPause = firstPause * 2 ** (attempt - 1) * (0.5 + Math.random() / 2)
        const asked = error instanceof Temporary ? error.patience : undefined
        await pause(Math.min(Math.max(asked ?? 0, ownPause), longestPause), undefined, { signal })
      }
    }
  }

  return {
    model,
    dimensions,
    embed: async (texts, signal) => {
      const vectors: string[] = []
      for (let start = 0; start < texts.length; start += batchSize)
        vectors.push(...(await askPatiently(texts.slice(start, start + batchSize), signal)))
      return vectors
    },
  }
}

/** Ordered by the answer's `index`: servers may answer in another order than they were asked. */
function vectorsOf(answer: unknown, count: number, dimensions: number): string[] {
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success)
    throw new EmbeddingUnavailable('The embedding endpoint answered something that is not embeddings.')
  const byIndex = new Map(parsed.data.data.map(({ index, embedding }) => [index, embedding]))
  return Array.from({ length: count }, (_, index) => {
    const embedding = byIndex.get(index)
    if (embedding === undefined)
      throw new EmbeddingUnavailable(`The embedding endpoint left out vector ${index + 1} of ${count}.`)
    if (embedding.length !== dimensions)
      throw new EmbeddingUnavailable(
        `The embedding endpoint gave ${embedding.length} dimensions where EMBEDDING_DIMENSIONS says ${dimensions}.`,
      )
    return `[${embedding.join(',')}]`
  })
}
