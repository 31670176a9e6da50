import { together, type Outcome } from './outcome.ts'

/** One part of `npm test` with what it found and how long it took, in milliseconds. */
export interface PartResult {
  part: string
  ms: number
  outcome: Outcome
}

/** How many of the slowest test files are named. */
const slowest = 10

/** The end of `npm test`: time of each part, the slowest files, tests that needed a second try, and as its last line the counts. */
export function summaryOf(parts: PartResult[]): string[] {
  const all = together(parts.map(({ outcome }) => outcome))
  const files = [...all.files].sort((a, b) => b.ms - a.ms).slice(0, slowest)
  return [
    'Time of each part:',
    ...parts.map(({ part, ms }) => `  ${part.padEnd(8)} ${duration(ms)}`),
    ...(files.length > 0 ? ['Slowest test files:', ...files.map(({ file, ms }) => `  ${duration(ms)}  ${file}`)] : []),
    ...(all.flaky.length > 0
      ? ['Flaky, passed only at a second try:', ...all.flaky.map(({ file, title }) => `  ${file}: ${title}`)]
      : []),
    ...(all.skipped > 0 ? [`Skipped: ${all.skipped}`] : []),
    `${all.passed} passed, ${all.flaky.length} flaky, ${all.failed} failed`,
  ]
}

/** Minutes and seconds, in a column. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return `${String(Math.floor(seconds / 60)).padStart(3)} min ${String(seconds % 60).padStart(2)} s`
}
