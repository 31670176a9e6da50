import type { ApiRequest } from '../request.ts'

const info = { title: 'Kubernetes', version: 'v1.35.2+sandbox' }

const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content])

const text = (number: number, value: string): Buffer => field(number, Buffer.from(value))

/** gnostic's `openapi.v2.Document` with the version and the title, and no paths. */
const document = Buffer.concat([text(1, '2.0'), field(2, Buffer.concat([text(1, info.title), text(2, info.version)]))])

/**
 * The older OpenAPI document, empty. kubectl asks for it to check lists (`kind: List`), which no document describes; kinds that a
 * document does not have pass unchecked there, and the server checks them itself.
 */
export function sendOpenApiV2({ incoming, response }: ApiRequest): void {
  if ((incoming.headers.accept ?? '').includes('protobuf')) {
    response.writeHead(200, { 'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' })
    response.end(document)
    return
  }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ swagger: '2.0', info, paths: {} }))
}
