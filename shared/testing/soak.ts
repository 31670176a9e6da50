/** `npm run soak` sets it: tests that gain by repetition repeat as often as they can, instead of a few times. */
const isSoaking = process.env['CONSOLE_SOAK'] === '1'

/** How often a test repeats: a few times in `npm test`, often in `npm run soak`. Both prove the same. */
export function soaked(short: number, long: number): number {
  return isSoaking ? long : short
}

/** For tests that work for minutes: generous in `npm test` beside other work, and hours for a soak. Milliseconds. */
export const soakTimeout = isSoaking ? 4 * 3_600_000 : 400_000
