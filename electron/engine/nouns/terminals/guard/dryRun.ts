import type { ApiPath } from './apiPath.ts'
import type { TerminalRequest } from './terminalRequest.ts'
import { fieldsOf, only, readBinary } from './protobuf.ts'

/** Subresources whose dry run is known to change nothing. A token is handed out in a dry run, too. */
const dryRunnable = ['status', 'scale', 'eviction', 'binding', 'approval', 'ephemeralcontainers', 'resize']

/**
 * The body to send when a write changes nothing for certain. The API server reads the options of a deletion from its body and, only where
 * there is none, from the query; those of an eviction from both; of everything else from the query.
 * @returns undefined when it is no dry run, or not surely one
 */
export function dryRun(
  request: TerminalRequest,
  { subresource }: NonNullable<ApiPath['resource']>,
  query: URLSearchParams,
): Buffer | undefined {
  const { method, body } = request
  if (subresource !== undefined && !dryRunnable.includes(subresource)) return undefined
  const values = query.getAll('dryRun')
  const inQuery = values.length === 1 && values[0] === 'All'
  if (method === 'DELETE' && body.length > 0) return inBody(request, false)
  if (subresource === 'eviction' && values.length === 0) return inBody(request, true)
  return inQuery ? body : undefined
}

/** @param isEviction the options are a part of the object */
function inBody({ body, headers }: TerminalRequest, isEviction: boolean): Buffer | undefined {
  const type = headers['content-type'] ?? ''
  if (/^application\/json\b/i.test(type)) return inJson(body, isEviction)
  return /^application\/vnd\.kubernetes\.protobuf\b/i.test(type) && isDryBinary(body, isEviction) ? body : undefined
}

function inJson(body: Buffer, isEviction: boolean): Buffer | undefined {
  try {
    const value: unknown = JSON.parse(body.toString())
    const options = isEviction ? property(value, 'deleteOptions') : value
    // Written again: keys that stand there twice are read in only one way.
    return JSON.stringify(property(options, 'dryRun')) === '["All"]' ? Buffer.from(JSON.stringify(value)) : undefined
  } catch {
    return undefined
  }
}

const property = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined

function isDryBinary(body: Buffer, isEviction: boolean): boolean {
  const object = readBinary(body)
  if (!object) return false
  const options = isEviction ? fieldsOf(only(object.fields, 2) ?? Buffer.alloc(0)) : object.fields
  return options !== undefined && only(options, 5)?.toString() === 'All'
}
