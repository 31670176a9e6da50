import { sameJson } from '../../store/freeze.ts'
import { ApiError, badRequest } from '../errors.ts'
import { copyOf, isJson } from '../json.ts'

interface Operation {
  op: string
  path: string
  from?: string
  value?: unknown
}

const refuse = (message: string): ApiError =>
  new ApiError(422, 'Invalid', `the server rejected our request due to an error in our request: ${message}`)

const parsePointer = (pointer: string): string[] =>
  pointer === ''
    ? []
    : pointer
        .split('/')
        .slice(1)
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

function read(container: unknown, key: string): unknown {
  if (Array.isArray(container)) return container[Number(key)] as unknown
  return isJson(container) ? container[key] : undefined
}

function has(container: unknown, key: string): boolean {
  if (Array.isArray(container)) return /^\d+$/.test(key) && Number(key) < container.length
  return isJson(container) && Object.hasOwn(container, key)
}

class Document {
  root: unknown

  constructor(root: unknown) {
    this.root = root
  }

  get(pointer: string): unknown {
    let value = this.root
    for (const key of parsePointer(pointer)) {
      if (!has(value, key)) throw refuse(`the path "${pointer}" does not exist`)
      value = read(value, key)
    }
    return value
  }

  set(pointer: string, value: unknown, insert: boolean): void {
    const keys = parsePointer(pointer)
    const last = keys.pop()
    if (last === undefined) {
      this.root = value
      return
    }
    const container = this.container(keys, pointer)
    if (Array.isArray(container)) this.setItem(container, last, value, insert, pointer)
    else if (!insert && !has(container, last))
      throw refuse(`replace operation does not apply: missing key "${pointer}"`)
    else if (isJson(container)) container[last] = value
  }

  remove(pointer: string): void {
    const keys = parsePointer(pointer)
    const last = keys.pop() ?? ''
    const container = this.container(keys, pointer)
    if (!has(container, last)) throw refuse(`remove operation does not apply: missing key "${pointer}"`)
    if (Array.isArray(container)) container.splice(Number(last), 1)
    else if (isJson(container)) Reflect.deleteProperty(container, last)
  }

  private container(keys: string[], pointer: string): unknown {
    let value = this.root
    for (const key of keys) value = read(value, key)
    if (typeof value !== 'object' || value === null) throw refuse(`doc is missing path: "${pointer}": missing value`)
    return value
  }

  private setItem(list: unknown[], key: string, value: unknown, insert: boolean, pointer: string): void {
    const index = key === '-' && insert ? list.length : Number(key)
    if (!Number.isInteger(index) || index < 0 || index > list.length - (insert ? 0 : 1)) {
      throw refuse(`the index in "${pointer}" is out of bounds`)
    }
    list.splice(index, insert ? 0 : 1, value)
  }
}

function perform(document: Document, operation: Operation): void {
  const { op, path, from = '' } = operation
  switch (op) {
    case 'add':
      document.set(path, copyOf(operation.value), true)
      return
    case 'replace':
      document.set(path, copyOf(operation.value), false)
      return
    case 'remove':
      document.remove(path)
      return
    case 'copy':
      document.set(path, copyOf(document.get(from)), true)
      return
    case 'move': {
      const value = document.get(from)
      document.remove(from)
      document.set(path, value, true)
      return
    }
    case 'test':
      if (!sameJson(document.get(path), operation.value)) throw refuse(`testing value ${path} failed`)
      return
    default:
      throw badRequest(`unknown JSON patch operation "${op}"`)
  }
}

/** RFC 6902 on a copy of `target`. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations')
  const document = new Document(copyOf(target))
  for (const operation of patch as Operation[]) perform(document, operation)
  return document.root
}
