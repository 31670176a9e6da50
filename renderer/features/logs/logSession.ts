import { createStore, type StoreApi } from 'zustand/vanilla'
import type { LogBatch, LogLine } from '#shared/contract/logs.ts'
import { LogBuffer } from './logBuffer.ts'
import { compileQuery, type LogMatcher, type LogQuery } from './logSearch.ts'
import { allLines, LogView, type LogFacets, type LogLevel } from './logView.ts'

/** Lines that may wait while the page is paused; then the engine is no longer told to read on, and they wait in the pods. */
export const mostWaiting = 100_000

export interface LogState {
  /** Rises when lines came; views read the buffers again. */
  version: number
  sources: LogBatch['sources']
  paused: { at: number; waiting: number } | null
  facets: LogFacets
  query: LogQuery
  problem: string
  onlyMatches: boolean
  wrap: boolean
  /** Position in the shown lines of the match one is at; -1 none. */
  current: number
  /** Id of the line whose JSON is open; -1 none. */
  expanded: number
}

const fresh: LogState = {
  version: 0,
  sources: [],
  paused: null,
  facets: allLines,
  query: { text: '', regex: false, matchCase: false },
  problem: '',
  onlyMatches: false,
  wrap: false,
  current: -1,
  expanded: -1,
}

/** One follow as the page sees it: what came, what is shown of it, and what waits. Knows no client. */
export class LogSession {
  readonly buffer = new LogBuffer()
  readonly view = new LogView()
  readonly store: StoreApi<LogState> = createStore<LogState>(() => fresh)
  readonly podCounts = new Map<string, number>()
  readonly levelCounts = new Map<LogLevel, number>()
  #matcher: LogMatcher | null = null
  #arrived: LogLine[] = []
  #waiting: LogLine[] = []
  #unacknowledged = 0
  #given = 0
  /** Time of the newest line of each container, and what it was when the stream broke. */
  readonly #newest = new Map<string, number>()
  #seen: ReadonlyMap<string, number> = new Map()
  #frame: unknown = null
  #acknowledge: (lines: number) => void = () => undefined
  readonly #schedule: (run: () => void) => unknown

  /** @param schedule runs something in the next frame; several batches of one frame are shown at once */
  constructor(schedule: (run: () => void) => unknown = (run) => requestAnimationFrame(run)) {
    this.#schedule = schedule
  }

  /** Begins again for another selection: earlier lines go, the search and the choice of levels stay. */
  begin(acknowledge: (lines: number) => void): void {
    this.#acknowledge = acknowledge
    this.#unacknowledged = 0
    this.#arrived = []
    this.#waiting = []
    this.#newest.clear()
    this.#seen = new Map()
    this.buffer.clear()
    this.podCounts.clear()
    this.levelCounts.clear()
    this.store.setState((state) => ({
      paused: null,
      current: -1,
      expanded: -1,
      sources: [],
      version: state.version + 1,
    }))
    this.refresh()
  }

  /**
   * Continues after the stream broke: what is on screen stays, a marker says that lines may be missing, and lines that come a
   * second time are left out.
   */
  resume(acknowledge: (lines: number) => void): void {
    this.#acknowledge = acknowledge
    this.#unacknowledged = 0
    const last = this.buffer.lines.at(-1)
    if (!last) return
    this.#seen = new Map(this.#newest)
    const text = 'The connection was lost here. Lines are read back from the pods; some of this time may be missing.'
    const { id, at, pod, container } = last
    this.#take([{ id, at, pod, container, level: 'other', text, gap: true }])
  }

  receive(batch: LogBatch): void {
    const lines = this.#seen.size === 0 ? batch.lines : batch.lines.filter((line) => this.#isNew(line))
    this.#take(lines)
    this.#unacknowledged += batch.lines.length
    if (this.#waiting.length < mostWaiting) this.#settle()
    if (batch.sources.length > 0) this.store.setState({ sources: batch.sources })
  }

  #isNew(line: LogLine): boolean {
    const until = this.#seen.get(`${line.pod}/${line.container}`)
    return until === undefined || line.at > until
  }

  #take(lines: readonly LogLine[]): void {
    for (const line of lines) {
      if (line.gap) continue
      this.podCounts.set(line.pod, (this.podCounts.get(line.pod) ?? 0) + 1)
      this.levelCounts.set(line.level, (this.levelCounts.get(line.level) ?? 0) + 1)
      const source = `${line.pod}/${line.container}`
      this.#newest.set(source, Math.max(line.at, this.#newest.get(source) ?? 0))
    }
    const target = this.store.getState().paused ? this.#waiting : this.#arrived
    // A new subscription numbers its lines from one again: on screen they need names of their own.
    for (const line of lines) target.push({ ...line, id: (this.#given += 1) })
    this.#frame ??= this.#schedule(() => this.#flush())
  }

  pause(now: number): void {
    if (this.store.getState().paused) return
    this.#flush()
    this.store.setState({ paused: { at: now, waiting: this.#waiting.length } })
  }

  follow(): void {
    if (!this.store.getState().paused) return
    for (const line of this.#waiting.splice(0)) this.#arrived.push(line)
    this.#settle()
    this.store.setState({ paused: null })
    this.#flush()
  }

  search(query: LogQuery): void {
    const compiled = compileQuery(query)
    this.#matcher = compiled.matches
    this.store.setState({ query, problem: compiled.problem, current: -1 })
    this.refresh()
  }

  setFacets(facets: LogFacets): void {
    this.store.setState({ facets, current: -1 })
    this.refresh()
  }

  setOnlyMatches(onlyMatches: boolean): void {
    this.store.setState({ onlyMatches, current: -1 })
    this.refresh()
  }

  get matcher(): LogMatcher | null {
    return this.#matcher
  }

  /** Brings the shown lines up to date with the buffer and tells the views. */
  refresh(): void {
    const { facets, onlyMatches } = this.store.getState()
    this.view.update(this.buffer, facets, this.#matcher, onlyMatches, this.buffer.lines.length)
    this.store.setState((state) => ({ version: state.version + 1 }))
  }

  #settle(): void {
    if (this.#unacknowledged === 0) return
    this.#acknowledge(this.#unacknowledged)
    this.#unacknowledged = 0
  }

  #flush(): void {
    this.#frame = null
    const { paused } = this.store.getState()
    if (this.#arrived.length > 0) {
      this.buffer.add(this.#arrived)
      this.#arrived = []
      this.refresh()
    }
    if (paused && paused.waiting !== this.#waiting.length) {
      this.store.setState({ paused: { at: paused.at, waiting: this.#waiting.length } })
    }
  }
}
