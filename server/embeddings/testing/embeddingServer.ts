import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface EmbeddingRequest {
  readonly model: string
  readonly input: readonly string[]
  readonly dimensions?: number
  readonly authorization: string | undefined
}

export interface EmbeddingServer {
  readonly baseUrl: string
  readonly requests: readonly EmbeddingRequest[]
  /** Statuses of the next answers; afterwards it answers as it should. `hang` never answers, `cut` breaks the connection. */
  readonly answerNext: (...answers: (number | 'hang' | 'cut')[]) => void
  /** Runs before each answer. */
  readonly beforeAnswer: (work: () => Promise<void>) => void
  readonly stop: () => Promise<void>
}

/** Counts letters: texts of the same letters are alike. Never all zero. */
function vectorOf(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0.01)
  for (const character of text.toLowerCase()) {
    const slot = (character.codePointAt(0) ?? 0) % dimensions
    vector[slot] = (vector[slot] ?? 0) + 1
  }
  return vector
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return text
}

/** A local server that speaks the embeddings protocol of OpenAI, with faults on demand. */
export async function startEmbeddingServer({ dimensions }: { readonly dimensions: number }): Promise<EmbeddingServer> {
  const requests: EmbeddingRequest[] = []
  const next: (number | 'hang' | 'cut')[] = []
  let before: () => Promise<void> = () => Promise.resolve()
  const server = createServer((request, response) => {
    void bodyOf(request).then(async (text) => {
      const body = JSON.parse(text) as Omit<EmbeddingRequest, 'authorization'>
      requests.push({ ...body, authorization: request.headers.authorization })
      const answer = request.url === '/v1/embeddings' ? (next.shift() ?? 200) : 404
      if (answer === 'hang') return
      if (answer === 'cut') {
        response.destroy()
        return
      }
      await before()
      const retry = answer === 429 ? { 'retry-after': '0' } : {}
      response.writeHead(answer, { 'content-type': 'application/json', ...retry })
      // In reverse, because nothing promises an order.
      const data = body.input
        .map((input, index) => ({ object: 'embedding', index, embedding: vectorOf(input, dimensions) }))
        .reverse()
      response.end(JSON.stringify(answer === 200 ? { object: 'list', data, model: body.model } : { error: 'no' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1/`,
    requests,
    answerNext: (...answers) => {
      next.push(...answers)
    },
    beforeAnswer: (work) => {
      before = work
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
