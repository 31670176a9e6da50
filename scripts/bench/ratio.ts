/** One measure of `performance`: ours against the yardstick, in the same run on the same machine. */
export interface Ratio {
  /** P15, P16, … as the README's table names them. */
  readonly id: string
  readonly measure: string
  /** Medians, in `unit`. */
  readonly ours: number
  readonly theirs: number
  readonly unit: string
  /** ours / theirs */
  readonly ratio: number
  /** In words, with the figure: `>= 0.6x`. */
  readonly goal: string
  /** Further figures that the goal names, or what the numbers depend on. */
  readonly note?: string
}

/** @throws RangeError for no values */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  if (upper === undefined) throw new RangeError('There is no median of nothing.')
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** How often each side runs; the sides take turns, so that a machine that slows down slows both. */
export const rounds = 5

/**
 * Runs both sides in turn and compares their medians.
 * @param ours one run of ours; returns its figure in `unit`
 */
export async function compare(
  about: Omit<Ratio, 'ours' | 'theirs' | 'ratio'>,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<Ratio> {
  const figures: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] }
  for (let round = 0; round < rounds; round += 1) {
    figures.theirs.push(await theirs())
    figures.ours.push(await ours())
  }
  const [own, other] = [median(figures.ours), median(figures.theirs)]
  return { ...about, ours: own, theirs: other, ratio: own / other }
}
