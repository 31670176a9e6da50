import type { LogLine } from '#shared/contract/logs.ts'
import type { LogBuffer } from './logBuffer.ts'
import type { LogMatcher } from './logSearch.ts'

export type LogLevel = LogLine['level']

/** What is hidden: a pod or level not listed is shown, so that a pod which joins later is seen. */
export interface LogFacets {
  hiddenPods: ReadonlySet<string>
  hiddenLevels: ReadonlySet<LogLevel>
  /** Milliseconds since 1970; the part of the histogram that was dragged over. */
  range: { from: number; to: number } | null
}

export const allLines: LogFacets = { hiddenPods: new Set(), hiddenLevels: new Set(), range: null }

/** Markers of possible loss are never filtered away: a gap that is hidden is a gap that is believed not to exist. */
export function showsLine(line: LogLine, facets: LogFacets): boolean {
  if (facets.range && (line.at < facets.range.from || line.at >= facets.range.to)) return false
  if (line.gap) return true
  return !facets.hiddenPods.has(line.pod) && !facets.hiddenLevels.has(line.level)
}

/**
 * The lines that are shown and which of them match, kept up to date by looking only at what was appended; everything is
 * looked at again only when the filter, the search or the order of old lines changed.
 */
export class LogView {
  readonly shown: LogLine[] = []
  /** Positions in `shown`. */
  readonly matches: number[] = []
  #read = 0
  #rebuilt = -1
  #facets: LogFacets = allLines
  #matcher: LogMatcher | null = null
  #onlyMatches = false

  update(buffer: LogBuffer, facets: LogFacets, matcher: LogMatcher | null, onlyMatches: boolean, upTo: number): void {
    const same =
      facets === this.#facets &&
      matcher === this.#matcher &&
      onlyMatches === this.#onlyMatches &&
      buffer.rebuilt === this.#rebuilt
    if (!same || upTo < this.#read) {
      this.shown.length = 0
      this.matches.length = 0
      this.#read = 0
    }
    this.#facets = facets
    this.#matcher = matcher
    this.#onlyMatches = onlyMatches
    this.#rebuilt = buffer.rebuilt
    for (; this.#read < upTo; this.#read += 1) {
      const line = buffer.lines[this.#read]
      if (line) this.#take(line)
    }
  }

  #take(line: LogLine): void {
    if (!showsLine(line, this.#facets)) return
    const hit = this.#matcher !== null && !line.gap && this.#matcher(line.text).length > 0
    if (this.#onlyMatches && this.#matcher && !hit && !line.gap) return
    if (hit) this.matches.push(this.shown.length)
    this.shown.push(line)
  }
}

/** The match after (or before) a position, around the end. -1 when there is none. */
export function nextMatch(matches: readonly number[], current: number, step: 1 | -1): number {
  if (matches.length === 0) return -1
  // One comes from the newest lines: the search begins with the newest match.
  if (current < 0) return matches.at(-1) ?? -1
  const index = matches.indexOf(current)
  if (index >= 0) return matches[(index + step + matches.length) % matches.length] ?? -1
  if (step === 1) return matches.find((position) => position > current) ?? matches[0] ?? -1
  return matches.findLast((position) => position < current) ?? matches.at(-1) ?? -1
}
