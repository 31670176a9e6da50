/**
 * The log format of container runtimes: `2026-01-02T03:04:05.123456789Z stdout F text`, tag `P` where the line continues in the next record
 * (kubernetes/design-proposals: kubelet-cri-logging.md).
 */
export interface LogRecord {
  /** RFC 3339 with nine digits, UTC: comparable as text. */
  timestamp: string
  stream: 'stdout' | 'stderr'
  isPartial: boolean
  content: Buffer
}

let lastNanoseconds = 0n
const clockOffset = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint()

/** Now, with nanoseconds; later than every earlier answer, so that records sort as they were written. */
export function logTimestamp(): string {
  const wall = BigInt(Date.now()) * 1_000_000n
  const measured = clockOffset + process.hrtime.bigint()
  // The monotonic clock stands still while a machine sleeps: believe it only as long as it agrees with the wall clock.
  const drift = measured > wall ? measured - wall : wall - measured
  const now = drift < 5_000_000n ? measured : wall
  lastNanoseconds = now > lastNanoseconds ? now : lastNanoseconds + 1n
  return formatNanoseconds(lastNanoseconds)
}

function formatNanoseconds(nanoseconds: bigint): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}Z`
}

/** Nine digits and UTC from any RFC 3339 time. @returns undefined when it is not one */
export function normalizeTimestamp(time: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time)
  if (match === null) return undefined
  const [, seconds = '', fraction = '', zone = 'Z'] = match
  const milliseconds = Date.parse(`${seconds}${zone}`)
  if (Number.isNaN(milliseconds)) return undefined
  return `${new Date(milliseconds).toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`
}

export function formatRecord(record: LogRecord): Buffer {
  const head = Buffer.from(`${record.timestamp} ${record.stream} ${record.isPartial ? 'P' : 'F'} `)
  return Buffer.concat([head, record.content, newline])
}

const newline = Buffer.from('\n')

/** @param line one line of a log file without its newline; undefined when it is not a record (cut off by a crash) */
export function parseRecord(line: Buffer): LogRecord | undefined {
  const afterTime = line.indexOf(0x20)
  const afterStream = line.indexOf(0x20, afterTime + 1)
  const afterTag = line.indexOf(0x20, afterStream + 1)
  if (afterTime < 0 || afterStream < 0 || afterTag < 0) return undefined
  const stream = line.toString('latin1', afterTime + 1, afterStream)
  if (stream !== 'stdout' && stream !== 'stderr') return undefined
  return {
    timestamp: line.toString('latin1', 0, afterTime),
    stream,
    isPartial: line.toString('latin1', afterStream + 1, afterTag) === 'P',
    content: line.subarray(afterTag + 1),
  }
}
