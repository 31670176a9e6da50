export interface Point {
  x: number
  y: number
}

/** Unbroken stretches of points: a gap stays a gap. */
export function runs(points: readonly (Point | null)[]): Point[][] {
  const found: Point[][] = []
  let current: Point[] = []
  for (const point of points) {
    if (point) current.push(point)
    else if (current.length > 0) {
      found.push(current)
      current = []
    }
  }
  if (current.length > 0) found.push(current)
  return found
}

/** Corners of a line; a lone point becomes a dot (a line of no length with round ends). */
export function line(points: readonly Point[], command: string): string {
  const [only] = points
  if (only && points.length === 1) return line([only, { x: only.x + 0.1, y: only.y }], command)
  return points.map((point) => `${command}${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join('')
}

/** A round number at or above `value`, for the top of an axis: 1, 2, 4, 6 or 8 times a power of ten, so that its half is round too. */
export function niceTop(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 4, 6, 8, 10].find((candidate) => value <= candidate * power) ?? 10
  return step * power
}

/** The same for bytes: powers of two, so that an axis says 512 Mi and not 500. */
export function niceBytesTop(value: number): number {
  if (value <= 0) return 1
  const power = 2 ** Math.floor(Math.log2(value))
  return value <= power ? power : value <= power * 1.5 ? power * 1.5 : power * 2
}
