/** A field of a protobuf message: its number, and its bytes where it has a length. */
export interface Field {
  number: number
  bytes?: Buffer
}

/** An object in Kubernetes' binary form. */
export interface BinaryObject {
  kind: string
  fields: readonly Field[]
}

const magic = Buffer.from('k8s\0')

/**
 * What kubectl sends as `application/vnd.kubernetes.protobuf`: four bytes, then an envelope of type, object and two encodings that are
 * never used. Names and texts can be read of it without the description of every kind.
 * @returns undefined for anything else
 */
export function readBinary(body: Buffer): BinaryObject | undefined {
  if (!body.subarray(0, 4).equals(magic)) return undefined
  const envelope = fieldsOf(body.subarray(4))
  if (!envelope || envelope.some(({ number, bytes }) => number > 2 && bytes?.length !== 0)) return undefined
  const type = fieldsOf(only(envelope, 1) ?? Buffer.alloc(0))
  const fields = fieldsOf(only(envelope, 2) ?? Buffer.alloc(0))
  if (!type || !fields) return undefined
  return { kind: only(type, 2)?.toString() ?? '', fields }
}

/** The bytes of a field that stands there once. */
export function only(fields: readonly Field[], wanted: number): Buffer | undefined {
  const found = fields.filter(({ number }) => number === wanted)
  return found.length === 1 ? found[0]?.bytes : undefined
}

/** @returns undefined for what is no message */
export function fieldsOf(bytes: Buffer): Field[] | undefined {
  const fields: Field[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]
      if (byte === undefined || factor > 2 ** 63) return Number.NaN
      value += (byte % 128) * factor
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const [number, type] = [Math.floor(tag / 8), tag % 8]
    if (Number.isNaN(tag) || number === 0) return undefined
    if (type === 0) {
      if (Number.isNaN(varint())) return undefined
      fields.push({ number })
    } else if (type === 2) {
      const length = varint()
      if (Number.isNaN(length) || at + length > bytes.length) return undefined
      fields.push({ number, bytes: bytes.subarray(at, at + length) })
      at += length
    } else if (type === 1 || type === 5) {
      at += type === 1 ? 8 : 4
      if (at > bytes.length) return undefined
      fields.push({ number })
    } else return undefined
  }
  return fields
}

/** The texts in an object, a line each, as deep as they stand. */
export function textsOf(fields: readonly Field[], depth = 0): string[] {
  return fields.flatMap(({ bytes }) => {
    if (!bytes || bytes.length === 0) return []
    const text = bytes.toString()
    // A short text may also be read as a message; one of letters alone is meant as a text.
    const isText = !text.includes('\ufffd') && !new RegExp('[\\u0000-\\u0008\\u000e-\\u001f]').test(text)
    if (isText) return [`${'  '.repeat(depth)}${text}`]
    const inner = depth < 20 ? fieldsOf(bytes) : undefined
    return inner ? textsOf(inner, depth + 1) : []
  })
}
