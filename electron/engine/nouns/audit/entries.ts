import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { AuditEntry } from '#shared/contract/audit.ts'
import { isCode } from '../../storage/durable.ts'
import { openRegular } from '../../storage/regularFile.ts'

const chunk = 64 * 1024
/** Bytes; inputs of calls are smaller by far. What is longer is no entry, and is read as one line that says nothing. */
export const longestLine = 16 * 1024 * 1024
const unreadableLine = '\0'

/** The hash covers every field but itself, keys in sorted order so that a rewrite by another JSON writer changes nothing. */
export function hashOf(entry: Omit<AuditEntry, 'hash'> & { hash?: string }): string {
  const { hash: _, ...content } = entry
  return createHash('sha256').update(canonical(content)).digest('hex')
}

/** JSON with sorted keys: what is hashed and signed. */
export const canonical = (value: unknown): string => JSON.stringify(sorted(value))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

/** Undefined when it is no entry. Only what the chain needs is checked: what is shown is what was written. */
export function parseEntry(line: string): AuditEntry | undefined {
  try {
    const entry = JSON.parse(line) as AuditEntry
    return Number.isInteger(entry.sequence) && typeof entry.hash === 'string' ? entry : undefined
  } catch {
    return undefined
  }
}

/**
 * Lines from the newest backwards, reading no more of the file than is asked for.
 * @param before begins below this sequence number; found by bisection
 */
export async function* linesBackwards(path: string, before = Number.POSITIVE_INFINITY): AsyncGenerator<string> {
  const file = await openIfThere(path)
  if (!file) return
  try {
    const { size } = await file.stat()
    let end = Number.isFinite(before) ? await endBefore(file, size, before) : size
    // Of a line whose beginning was not read yet, newest part first.
    let parts: Buffer[] = []
    let length = 0
    while (end > 0) {
      const start = Math.max(0, end - chunk)
      const bytes = await readAt(file, start, end - start)
      // Line ends are single bytes: no character is cut.
      const cut = start === 0 ? 0 : bytes.indexOf(0x0a) + 1
      const isWithin = start > 0 && cut === 0
      if (!isWithin) {
        const isLong = length > longestLine
        const after = isLong ? bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1) : bytes
        if (isLong) yield unreadableLine
        const whole = Buffer.concat([
          after.subarray(Math.min(cut, after.length)),
          ...(isLong ? [] : parts.reverse()),
        ]).toString('utf8')
        for (const line of whole.split('\n').reverse()) if (line !== '') yield line
        parts = []
        length = 0
      }
      const open = isWithin ? bytes : bytes.subarray(0, cut)
      length += open.length
      if (length <= longestLine) parts.push(open)
      else parts = []
      end = start
    }
  } finally {
    await file.close()
  }
}

/** Where the first line with this sequence number, or a later one, begins. */
async function endBefore(file: FileHandle, size: number, before: number): Promise<number> {
  let [low, high] = [0, size]
  while (high - low > chunk) {
    const middle = Math.floor((low + high) / 2)
    const found = await lineAfter(file, middle, high)
    const sequence = found && parseEntry(found.line)?.sequence
    // What cannot be read is passed over backwards, line by line.
    if (!found || sequence === undefined) return high
    if (sequence >= before) high = found.start
    else low = found.start
  }
  const text = (await readAt(file, low, high - low)).toString('utf8')
  let at = low
  for (const line of text.split('\n')) {
    if ((parseEntry(line)?.sequence ?? -1) >= before) return at
    at += Buffer.byteLength(line) + 1
  }
  return high
}

async function lineAfter(
  file: FileHandle,
  from: number,
  to: number,
): Promise<{ start: number; line: string } | undefined> {
  const bytes = await readAt(file, from, Math.min(4 * chunk, to - from))
  const begin = bytes.indexOf(0x0a) + 1
  const end = bytes.indexOf(0x0a, begin)
  if (begin === 0 || end < 0) return undefined
  return { start: from + begin, line: bytes.subarray(begin, end).toString('utf8') }
}

/** Lines from the oldest on; one that is longer than any entry comes as one that is none. */
export async function* linesForward(file: FileHandle): AsyncGenerator<string> {
  let parts: Buffer[] = []
  let length = 0
  const line = () => (length > longestLine ? unreadableLine : Buffer.concat(parts).toString('utf8'))
  for await (const bytes of file.createReadStream({
    highWaterMark: chunk,
    autoClose: false,
  }) as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = bytes.indexOf(0x0a); ; end = bytes.indexOf(0x0a, from)) {
      const part = bytes.subarray(from, end < 0 ? undefined : end)
      length += part.length
      if (length <= longestLine) parts.push(part)
      if (end < 0) break
      yield line()
      parts = []
      length = 0
      from = end + 1
    }
  }
  if (length > 0) yield line()
}

/** Where the last line that was ended ends, in bytes; 0 where there is none. */
export async function endOfLines(file: FileHandle): Promise<number> {
  const { size } = await file.stat()
  for (let end = size; end > 0; end = Math.max(0, end - chunk)) {
    const start = Math.max(0, end - chunk)
    const at = (await readAt(file, start, end - start)).lastIndexOf(0x0a)
    if (at >= 0) return start + at + 1
  }
  return 0
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await file.read(bytes, 0, length, position)
  return bytes.subarray(0, bytesRead)
}

export async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await openRegular(path)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}
