import type { Clock } from './clock.ts'

/** client-go's per-item back-off starts here and doubles. */
const firstRetry = 5
const longestRetry = 30_000
/** After this long a queue lets timers and sockets have their turn. */
const slice = 8

/**
 * Keys to work on, each at most once in the queue however often it is added. A key whose work throws comes back after
 * 5 ms, 10 ms, ... 30 s; success forgets the failures.
 */
export class WorkQueue {
  readonly #work: (key: string) => number | undefined
  readonly #failed: (key: string, error: unknown) => void
  readonly #clock: Clock
  readonly #ready = new Set<string>()
  readonly #later = new Map<string, { at: number; cancel: () => void }>()
  readonly #failures = new Map<string, number>()
  #turn: NodeJS.Immediate | undefined
  #stopped = false

  /** @param work does one key and may answer the milliseconds after which it wants to see the key again */
  constructor(work: (key: string) => number | undefined, failed: (key: string, error: unknown) => void, clock: Clock) {
    this.#work = work
    this.#failed = failed
    this.#clock = clock
  }

  add(key: string): void {
    if (this.#stopped) return
    this.#ready.add(key)
    this.#turn ??= setImmediate(() => this.#drain())
  }

  /** Adds the key when so many milliseconds have passed; an earlier appointment of the same key stands. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#stopped) return
    const at = this.#clock.now() + Math.max(milliseconds, 0)
    const known = this.#later.get(key)
    if (known !== undefined && known.at <= at) return
    known?.cancel()
    const cancel = this.#clock.after(milliseconds, () => {
      this.#later.delete(key)
      this.add(key)
    })
    this.#later.set(key, { at, cancel })
  }

  stop(): void {
    this.#stopped = true
    clearImmediate(this.#turn)
    this.#turn = undefined
    for (const { cancel } of this.#later.values()) cancel()
    this.#later.clear()
    this.#ready.clear()
  }

  #drain(): void {
    this.#turn = undefined
    const until = performance.now() + slice
    for (const key of this.#ready) {
      this.#ready.delete(key)
      this.#process(key)
      if (performance.now() > until) break
    }
    if (this.#ready.size > 0 && !this.#stopped) this.#turn ??= setImmediate(() => this.#drain())
  }

  #process(key: string): void {
    try {
      const again = this.#work(key)
      this.#failures.delete(key)
      if (again !== undefined) this.addAfter(key, again)
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0
      this.#failures.set(key, failures + 1)
      this.addAfter(key, Math.min(firstRetry * 2 ** failures, longestRetry))
      this.#failed(key, error)
    }
  }
}
