import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Message {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: string
  readonly tool_call_id?: string
}

/** A request of the OpenAI chat completions protocol, as far as tests look at it. */
export interface ChatRequest {
  readonly model: string
  readonly messages: readonly Message[]
  readonly max_tokens?: number
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
}

export interface ToolCall {
  readonly tool: string
  readonly arguments: object
}

/** An answer: a text, calls of tools, or anything else that a server can do with a request. */
export type Reply =
  | { readonly text: string; readonly finish?: 'stop' | 'length' | 'content_filter' }
  | { readonly calls: readonly ToolCall[] }
  | ((response: ServerResponse, request: IncomingMessage) => void)

export interface ModelEndpoint {
  readonly url: string
  readonly requests: ChatRequest[]
  /** What each request is answered, until it is set again. */
  answer: (request: ChatRequest) => Reply | Promise<Reply>
  readonly close: () => Promise<void>
}

/** What each answer says it used. */
export const usage = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 }

function completion(request: ChatRequest, reply: Exclude<Reply, (...args: never[]) => void>): object {
  const message =
    'text' in reply
      ? { role: 'assistant', content: reply.text }
      : {
          role: 'assistant',
          content: null,
          tool_calls: reply.calls.map(({ tool, arguments: given }, index) => ({
            id: `call-${index}`,
            type: 'function',
            function: { name: tool, arguments: JSON.stringify(given) },
          })),
        }
  const finish = 'text' in reply ? (reply.finish ?? 'stop') : 'tool_calls'
  const choices = [{ index: 0, message, finish_reason: finish }]
  return { id: 'completion', object: 'chat.completion', created: 1, model: request.model, choices, usage }
}

/** A real HTTP server that speaks the OpenAI chat completions protocol on a free loopback port. */
export async function startModelEndpoint(): Promise<ModelEndpoint> {
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      response.writeHead(404).end()
      return
    }
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as ChatRequest
    endpoint.requests.push(asked)
    const reply = await endpoint.answer(asked)
    if (typeof reply === 'function') reply(response, request)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completion(asked, reply)))
  }
  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint: ModelEndpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: [],
    answer: () => ({ text: 'An answer.' }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return endpoint
}

/** The environment of agents that use the endpoint. */
export const endpointEnvironment = ({ url }: Pick<ModelEndpoint, 'url'>) => ({
  MODEL_BASE_URL: url,
  MODEL_API_KEY: 'a key of the endpoint',
  MODEL_HAIKU: 'small',
  MODEL_SONNET: 'middle',
  MODEL_OPUS: 'large',
})
