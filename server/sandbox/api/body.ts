import type { IncomingMessage } from 'node:http'
import { parse } from 'yaml'
import { ApiError, badRequest } from './errors.ts'
import { decodeEnvelope, protobufType } from './protobuf/envelope.ts'

/** kube-apiserver's limit for a request body (3 MiB). */
const bodyLimit = 3 * 1024 * 1024

/** Not with `for await`: leaving such a loop early destroys the connection, and the refusal would never arrive. */
function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= bodyLimit) chunks.push(chunk)
      else reject(new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyLimit}`))
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('close', () => reject(badRequest('the request was cut off')))
  })
}

/** The media type of a request without its parameters. */
export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? ''

/** Reads a JSON, YAML or protobuf body; undefined when there is none. 400 for what cannot be parsed, 415 for other encodings. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request)
  if (bytes.length === 0) return undefined
  const type = mediaType(request)
  const text = bytes.toString('utf8')
  try {
    if (type === protobufType) return decodeEnvelope(bytes)
    if (type.endsWith('yaml')) return parse(text) as unknown
    if (type.endsWith('json')) return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw badRequest(`error decoding the request body: ${error instanceof Error ? error.message : String(error)}`)
  }
  throw new ApiError(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ${protobufType}`) // prettier-ignore
}
