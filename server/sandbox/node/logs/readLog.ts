import { type FileHandle, open } from 'node:fs/promises'
import type { ContainerLog } from './containerLog.ts'
import { type LogRecord, parseRecord } from './logFormat.ts'

export interface ReadLogOptions {
  instance: number
  follow: boolean
  /** Records from the end, before anything else is applied. */
  tailLines?: number | undefined
  /** Nine-digit RFC 3339: older records are left out. */
  since?: string | undefined
  signal: AbortSignal
}

const blockBytes = 64 * 1024

/** The records of one instance of a container in batches; with `follow` until that instance has ended. Rotation loses nothing that is read in time. */
export async function* readLog(log: ContainerLog, options: ReadLogOptions): AsyncGenerator<LogRecord[]> {
  const start = options.tailLines === undefined ? undefined : await findTail(log, options.instance, options.tailLines)
  let segment = start?.segment ?? log.segments(options.instance)[0]
  let offset = start?.offset ?? 0
  while (segment !== undefined && !options.signal.aborted) {
    for await (const records of readSegment(log, segment, offset, options)) {
      const { since } = options
      yield since === undefined ? records : records.filter((record) => record.timestamp >= since)
    }
    const current: number = segment
    segment = log.segments(options.instance).find((candidate) => candidate > current)
    offset = 0
  }
}

async function* readSegment(
  log: ContainerLog,
  segment: number,
  start: number,
  options: ReadLogOptions,
): AsyncGenerator<LogRecord[]> {
  const file = await open(log.segmentPath(options.instance, segment)).catch(() => undefined)
  if (file === undefined) return // rotated away in between
  try {
    let position = start
    let rest = Buffer.alloc(0)
    while (!options.signal.aborted) {
      const change = nextChange(log, options.signal)
      // Asked before reading: what was written before the end is then surely read.
      const mayGrow = options.follow && log.isOpen(options.instance) && isNewest(log, options.instance, segment)
      const block = await readBlock(file, position)
      position += block.length
      rest = Buffer.concat([rest, block])
      const records: LogRecord[] = []
      for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
        const record = parseRecord(rest.subarray(0, end))
        rest = rest.subarray(end + 1)
        if (record !== undefined) records.push(record)
      }
      if (records.length > 0) yield records
      if (block.length === 0 && mayGrow) await change.happened
      change.cancel()
      if (block.length === 0 && !mayGrow) return
    }
  } finally {
    await file.close()
  }
}

function isNewest(log: ContainerLog, instance: number, segment: number): boolean {
  return log.segments(instance).at(-1) === segment
}

async function readBlock(file: FileHandle, position: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(blockBytes)
  const { bytesRead } = await file.read(buffer, 0, blockBytes, position)
  return buffer.subarray(0, bytesRead)
}

/** Subscribes before the read it guards, so that nothing written meanwhile is missed. */
function nextChange(log: ContainerLog, signal: AbortSignal): { happened: Promise<void>; cancel: () => void } {
  let cancel = (): void => undefined
  const happened = new Promise<void>((resolve) => {
    const unsubscribe = log.onChange(resolve)
    const onAbort = (): void => resolve()
    signal.addEventListener('abort', onAbort)
    cancel = () => {
      unsubscribe()
      signal.removeEventListener('abort', onAbort)
    }
  })
  return { happened, cancel }
}

/** Where the last `lines` records begin, searched backwards from the newest segment. */
async function findTail(
  log: ContainerLog,
  instance: number,
  lines: number,
): Promise<{ segment: number; offset: number } | undefined> {
  let missing = lines
  for (const segment of log.segments(instance).reverse()) {
    const file = await open(log.segmentPath(instance, segment)).catch(() => undefined)
    if (file === undefined) continue
    try {
      const { size } = await file.stat()
      const found = await findFromEnd(file, size, missing)
      if (typeof found === 'object') return { segment, offset: found.offset }
      missing -= found
    } finally {
      await file.close()
    }
  }
  return undefined
}

/** The offset after which `lines` lines follow, or how many lines the file has when it has no more than that. */
async function findFromEnd(file: FileHandle, size: number, lines: number): Promise<{ offset: number } | number> {
  if (lines === 0) return { offset: size }
  let seen = 0
  for (let end = size; end > 0; end = Math.max(0, end - blockBytes)) {
    const start = Math.max(0, end - blockBytes)
    const block = (await readBlock(file, start)).subarray(0, end - start)
    for (
      let index = block.lastIndexOf(0x0a);
      index >= 0;
      index = index === 0 ? -1 : block.lastIndexOf(0x0a, index - 1)
    ) {
      seen += 1
      // The newline that ends the line before the ones asked for.
      if (seen === lines + 1) return { offset: start + index + 1 }
    }
  }
  return seen
}
