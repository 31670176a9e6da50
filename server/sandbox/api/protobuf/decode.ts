import type { Json } from '../json.ts'
import { messages } from './messages.ts'
import { asBytes, asInteger, asText, readFields, type WireField } from './wire.ts'

interface Field {
  /** Empty for messages whose fields stand in their parent's JSON. */
  name: string
  shape: 'one' | 'list' | 'map'
  /** `string`, `time` ... or the name of a message. */
  type: string
  isMessage: boolean
  /** Zero, false and '' mean something: they are not the absence of a value. */
  keepsZero: boolean
}

const parsed = new Map<string, ReadonlyMap<number, Field>>()

/** Reads the notation of messages.json: `1=replicas:int!`, `2=env:[]@EnvVar`, `3=labels:{}string`, `1=<:@ProbeHandler`. */
function fieldsOfMessage(message: string): ReadonlyMap<number, Field> {
  const before = parsed.get(message)
  if (before !== undefined) return before
  const fields = new Map<number, Field>()
  for (const text of (messages[message] ?? '').split(' ')) {
    const [, number, inline, name = '', shape, at, type = '', keep] =
      /^(\d+)=(<?)([\w-]*):(\[\]|\{\})?(@?)([\w.]+)(!?)$/.exec(text) ?? []
    if (number === undefined) continue
    fields.set(Number(number), {
      name: inline === '<' ? '' : name,
      shape: shape === '[]' ? 'list' : shape === '{}' ? 'map' : 'one',
      type,
      isMessage: at === '@',
      keepsZero: keep === '!',
    })
  }
  parsed.set(message, fields)
  return fields
}

/** google.protobuf.Timestamp as metav1.Time writes it; an empty one is no time. */
function decodeTime(bytes: Buffer, precise: boolean): string | undefined {
  const fields = readFields(bytes)
  const part = (number: number) => asInteger(fields.find((each) => each.number === number)?.value ?? 0n)
  if (part(1) === 0) return undefined
  const text = new Date(part(1) * 1000).toISOString().slice(0, 19)
  return precise ? `${text}.${String(Math.floor(part(2) / 1000)).padStart(6, '0')}Z` : `${text}Z`
}

function decodeIntOrString(bytes: Buffer): number | string {
  const fields = readFields(bytes)
  const value = (number: number) => fields.find((each) => each.number === number)?.value ?? 0n
  return asInteger(value(1)) === 1 ? asText(value(3)) : asInteger(value(2))
}

/** RawExtension, FieldsV1: JSON in the first field. */
function decodeEmbedded(bytes: Buffer): unknown {
  const text = asText(readFields(bytes).find((each) => each.number === 1)?.value ?? Buffer.alloc(0))
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}

function decodeValue(field: Field, value: WireField['value']): unknown {
  if (field.isMessage) return decodeMessage(field.type, asBytes(value))
  switch (field.type) {
    case 'int':
      return asInteger(value)
    case 'bool':
      return asInteger(value) !== 0
    case 'bytes':
      return asBytes(value).toString('base64')
    case 'time':
    case 'microtime':
      return decodeTime(asBytes(value), field.type === 'microtime')
    case 'quantity':
      return asText(readFields(asBytes(value))[0]?.value ?? Buffer.alloc(0))
    case 'intOrString':
      return decodeIntOrString(asBytes(value))
    case 'raw':
    case 'fields':
      return decodeEmbedded(asBytes(value))
    default:
      return asText(value)
  }
}

const isZero = (value: unknown): boolean => value === undefined || value === '' || value === 0 || value === false

function decodeEntry(field: Field, bytes: Buffer): [string, unknown] {
  const fields = readFields(bytes)
  const key = fields.find((each) => each.number === 1)?.value ?? Buffer.alloc(0)
  const value = fields.find((each) => each.number === 2)?.value ?? Buffer.alloc(0)
  return [asText(key), decodeValue(field, value)]
}

function put(target: Json, field: Field, wire: WireField): void {
  if (field.shape === 'list') {
    const list = (target[field.name] ??= []) as unknown[]
    list.push(decodeValue(field, wire.value))
  } else if (field.shape === 'map') {
    const map = (target[field.name] ??= {}) as Json
    const [key, value] = decodeEntry(field, asBytes(wire.value))
    map[key] = value
  } else {
    const value = decodeValue(field, wire.value)
    if (field.name === '') Object.assign(target, value)
    else if (value !== undefined && (field.keepsZero || !isZero(value))) target[field.name] = value
  }
}

/** A message of messages.json as the JSON it stands for. */
export function decodeMessage(message: string, bytes: Buffer): Json {
  const fields = fieldsOfMessage(message)
  const object: Json = {}
  for (const wire of readFields(bytes)) {
    const field = fields.get(wire.number)
    // A field this table does not know belongs to a newer version: ignored, as protobuf readers do.
    if (field !== undefined) put(object, field, wire)
  }
  return object
}
