import type { LogLine } from '#shared/contract/logs.ts'

/** Height of one line of text in the list, pixels; the style sheet says the same. */
export const lineHeight = 22

/**
 * Where each row of the list lies. Unwrapped rows are equally high, so nothing is stored; wrapped ones are counted from their
 * characters, which a fixed-width font allows without asking the browser about 200,000 rows.
 */
export class RowHeights {
  /** Bottom edge of each row, only while wrapping. */
  #bottoms: number[] = []
  #columns = 0
  #first: LogLine | undefined

  /** @param columns characters that fit beside the fixed columns; 0 when lines are not wrapped */
  update(shown: readonly LogLine[], columns: number): void {
    if (columns !== this.#columns || shown[0] !== this.#first || shown.length < this.#bottoms.length) this.#bottoms = []
    this.#columns = columns
    this.#first = shown[0]
    if (columns === 0) return
    for (let index = this.#bottoms.length; index < shown.length; index += 1) {
      const lines = Math.max(1, Math.ceil((shown[index]?.text.length ?? 0) / columns))
      this.#bottoms.push((this.#bottoms[index - 1] ?? 0) + lines * lineHeight)
    }
  }

  top(index: number): number {
    if (this.#columns === 0) return index * lineHeight
    return index === 0 ? 0 : (this.#bottoms[index - 1] ?? 0)
  }

  /** The row at a height, found by halving. */
  indexAt(y: number, count: number): number {
    if (this.#columns === 0) return Math.min(Math.max(0, Math.floor(y / lineHeight)), Math.max(0, count - 1))
    let [low, high] = [0, Math.max(0, count - 1)]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#bottoms[middle] ?? 0) <= y) low = middle + 1
      else high = middle
    }
    return low
  }
}
