import { ApiError } from '../errors.ts'
import type { Json } from '../json.ts'
import { decodeMessage } from './decode.ts'
import { messageOfKind } from './messages.ts'
import { asBytes, asText, readFields } from './wire.ts'

export const protobufType = 'application/vnd.kubernetes.protobuf'

const magic = Buffer.from('k8s\0')

/**
 * Decodes a Kubernetes protobuf body: the magic, then a `runtime.Unknown` with the kind and the message. Go clients send their
 * typed objects this way since client-go 0.33, with no fallback to JSON.
 */
export function decodeEnvelope(body: Buffer): Json {
  if (!body.subarray(0, magic.length).equals(magic)) throw new Error('the body does not begin with the protobuf prefix')
  const fields = readFields(body.subarray(magic.length))
  const part = (number: number) => asBytes(fields.find((each) => each.number === number)?.value ?? 0n)
  const type = readFields(part(1))
  const apiVersion = asText(type.find((each) => each.number === 1)?.value ?? 0n)
  const kind = asText(type.find((each) => each.number === 2)?.value ?? 0n)
  const message = messageOfKind[`${apiVersion} ${kind}`]
  if (message === undefined) {
    throw new ApiError(415, 'UnsupportedMediaType', `${kind} in ${apiVersion} is not accepted as protobuf; send JSON`)
  }
  return { apiVersion, kind, ...decodeMessage(message, part(2)) }
}
