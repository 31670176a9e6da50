import type { LogLine } from '#shared/contract/logs.ts'

export interface HistogramBin {
  from: number
  error: number
  warn: number
  other: number
}

/** Widths a person can name, in milliseconds. */
const niceWidths = [
  100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 21_600_000, 86_400_000,
]

/** @returns a round width, in milliseconds, that gives at most `most` bins over the span */
export function binWidth(spanMs: number, most: number): number {
  return niceWidths.find((width) => spanMs / width <= most) ?? Math.ceil(spanMs / most / 86_400_000) * 86_400_000
}

/** Counts lines by level over time; bins begin at multiples of their width, so they do not wander as time continues. */
export function histogram(
  lines: readonly LogLine[],
  upTo: number,
  most: number,
  shows: (line: LogLine) => boolean,
): { widthMs: number; bins: HistogramBin[]; tallest: number } {
  const first = lines[0]
  const last = lines[upTo - 1]
  if (!first || !last) return { widthMs: 1_000, bins: [], tallest: 0 }
  const widthMs = binWidth(Math.max(1, last.at - first.at), most - 1)
  const start = Math.floor(first.at / widthMs) * widthMs
  const count = Math.floor((last.at - start) / widthMs) + 1
  const bins = Array.from({ length: count }, (_, index) => ({
    from: start + index * widthMs,
    error: 0,
    warn: 0,
    other: 0,
  }))
  for (let index = 0; index < upTo; index += 1) {
    const line = lines[index]
    if (!line || line.gap || !shows(line)) continue
    const bin = bins[Math.floor((line.at - start) / widthMs)]
    if (bin) bin[line.level === 'error' || line.level === 'warn' ? line.level : 'other'] += 1
  }
  const tallest = bins.reduce((most, bin) => Math.max(most, bin.error + bin.warn + bin.other), 0)
  return { widthMs, bins, tallest }
}

/** "40 s", "2 min", "1 h": the width of a bin as the legend says it. */
export function widthLabel(widthMs: number): string {
  if (widthMs < 1_000) return `${widthMs} ms`
  if (widthMs < 60_000) return `${widthMs / 1_000} s`
  if (widthMs < 3_600_000) return `${widthMs / 60_000} min`
  return `${widthMs / 3_600_000} h`
}
