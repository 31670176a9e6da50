import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { badRequest } from '../../api/errors.ts'
import type { ContainerLog } from './containerLog.ts'
import { type LogRecord, normalizeTimestamp } from './logFormat.ts'
import { readLog } from './readLog.ts'

export interface LogQuery {
  follow: boolean
  previous: boolean
  timestamps: boolean
  tailLines: number | undefined
  limitBytes: number | undefined
  since: string | undefined
  stream: 'stdout' | 'stderr' | undefined
}

/** @throws ApiError 400 for values a kubelet would not accept */
export function parseLogQuery(query: URLSearchParams, now: Date = new Date()): LogQuery {
  const sinceSeconds = wholeNumber(query, 'sinceSeconds', 1)
  const sinceTime = query.get('sinceTime')
  if (sinceSeconds !== undefined && sinceTime !== null) {
    throw badRequest('at most one of `sinceTime` or `sinceSeconds` may be specified')
  }
  const from = sinceSeconds === undefined ? sinceTime : new Date(now.getTime() - sinceSeconds * 1000).toISOString()
  const since = from === null || from === '' ? undefined : normalizeTimestamp(from)
  if (from !== null && from !== '' && since === undefined) throw badRequest(`invalid sinceTime: ${from}`)
  const stream = query.get('stream')
  return {
    follow: isTrue(query, 'follow'),
    previous: isTrue(query, 'previous'),
    timestamps: isTrue(query, 'timestamps'),
    tailLines: wholeNumber(query, 'tailLines', 0),
    limitBytes: wholeNumber(query, 'limitBytes', 1),
    since,
    stream: stream === 'Stdout' ? 'stdout' : stream === 'Stderr' ? 'stderr' : undefined,
  }
}

/** Writes the log as plain text at the pace of the reader, and ends the response. */
export async function writeLog(
  log: ContainerLog,
  instance: number,
  query: LogQuery,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  request.once('error', () => closed.abort())
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
  response.flushHeaders()
  let left = query.limitBytes ?? Infinity
  let isLineStart = true
  for await (const records of readLog(log, { ...query, instance, signal: closed.signal })) {
    const chunks: Buffer[] = []
    for (const record of records) {
      if (query.stream !== undefined && record.stream !== query.stream) continue
      chunks.push(plainText(record, query.timestamps && isLineStart))
      isLineStart = !record.isPartial
    }
    const text = Buffer.concat(chunks)
    const chunk = text.length > left ? text.subarray(0, left) : text
    left -= chunk.length
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')])
    if (left <= 0 || closed.signal.aborted) break
  }
  response.end()
}

function plainText(record: LogRecord, withTimestamp: boolean): Buffer {
  const head = Buffer.from(withTimestamp ? `${record.timestamp} ` : '')
  return Buffer.concat([head, record.content, Buffer.from(record.isPartial ? '' : '\n')])
}

function isTrue(query: URLSearchParams, name: string): boolean {
  return ['true', '1'].includes(query.get(name) ?? '')
}

function wholeNumber(query: URLSearchParams, name: string, smallest: number): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value < smallest) throw badRequest(`${name}: Invalid value: ${text}`)
  return value
}
