/** One field on the wire: a number for varints, bytes for everything else Kubernetes uses. */
export interface WireField {
  number: number
  value: bigint | Buffer
}

class Reader {
  private readonly bytes: Buffer
  private position = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get atEnd(): boolean {
    return this.position >= this.bytes.length
  }

  varint(): bigint {
    let [value, shift] = [0n, 0n]
    for (;;) {
      const byte = this.take(1)[0] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
      shift += 7n
    }
  }

  take(length: number): Buffer {
    const end = this.position + length
    if (end > this.bytes.length) throw new Error('the protobuf message is cut off')
    const taken = this.bytes.subarray(this.position, end)
    this.position = end
    return taken
  }
}

/** The fields of a protobuf message in their order (protobuf encoding, wire types 0, 1, 2 and 5). */
export function readFields(message: Buffer): WireField[] {
  const reader = new Reader(message)
  const fields: WireField[] = []
  while (!reader.atEnd) {
    const tag = Number(reader.varint())
    const number = tag >>> 3
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: reader.varint() })
        break
      case 1:
        fields.push({ number, value: reader.take(8) })
        break
      case 2:
        fields.push({ number, value: reader.take(Number(reader.varint())) })
        break
      case 5:
        fields.push({ number, value: reader.take(4) })
        break
      default:
        throw new Error(`unknown protobuf wire type ${tag & 7}`)
    }
  }
  return fields
}

export const asBytes = (value: bigint | Buffer): Buffer => (typeof value === 'bigint' ? Buffer.alloc(0) : value)

export const asText = (value: bigint | Buffer): string => asBytes(value).toString('utf8')

/** A signed number; Kubernetes has none beyond what a double holds exactly. */
export const asInteger = (value: bigint | Buffer): number =>
  typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0
