import * as client from '@kubernetes/client-node/dist/gen/models/all.js'

/** What a field may hold. Structs are named, so that recursive types need no special care. */
export type FieldType =
  | { kind: 'scalar'; scalar: 'string' | 'number' | 'integer' | 'boolean' | 'date' | 'intOrString'; format: string }
  | { kind: 'struct'; model: string }
  | { kind: 'map'; item: FieldType }
  | { kind: 'list'; item: FieldType }
  | { kind: 'any' }

interface Attribute {
  baseName: string
  type: string
  format: string
}

interface ModelClass {
  attributeTypeMap: readonly Attribute[]
}

const exported: Readonly<Record<string, unknown>> = client

function modelClass(name: string): ModelClass | undefined {
  const found = exported[name]
  return typeof found === 'function' && 'attributeTypeMap' in found ? (found as unknown as ModelClass) : undefined
}

/** The type behind the generator's notation: `Array<V1Container>`, `{ [key: string]: string; }`, `V1PodSpec`. */
function parseType(notation: string, format: string): FieldType {
  const list = /^Array<(.*)>$/.exec(notation)
  if (list !== null) return { kind: 'list', item: parseType(list[1] ?? '', format) }
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(notation)
  if (map !== null) return { kind: 'map', item: parseType(map[1] ?? '', format) }
  switch (notation) {
    case 'string':
      return { kind: 'scalar', scalar: 'string', format }
    case 'number':
      return { kind: 'scalar', scalar: format.startsWith('int') ? 'integer' : 'number', format }
    case 'boolean':
      return { kind: 'scalar', scalar: 'boolean', format }
    case 'Date':
    case 'V1MicroTime':
      return { kind: 'scalar', scalar: 'date', format: 'date-time' }
    case 'IntOrString':
      return { kind: 'scalar', scalar: 'intOrString', format }
    default:
      return modelClass(notation) === undefined ? { kind: 'any' } : { kind: 'struct', model: notation }
  }
}

const known = new Map<string, ReadonlyMap<string, FieldType>>()

/** The fields of a model class of `@kubernetes/client-node`, by their JSON names. */
export function fieldsOf(model: string): ReadonlyMap<string, FieldType> {
  const before = known.get(model)
  if (before !== undefined) return before
  const attributes = modelClass(model)?.attributeTypeMap ?? []
  const fields = new Map(attributes.map((each) => [each.baseName, parseType(each.type, each.format)]))
  known.set(model, fields)
  return fields
}
