import type { LogLine } from '#shared/contract/logs.ts'

/** A line of the backend, with whatever a test wants different. */
export function logLine(values: Partial<LogLine> = {}): LogLine {
  return { id: 1, at: 1_000, pod: 'backend-1', container: 'backend', level: 'info', text: 'request served', ...values }
}
