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

export function line(points: readonly Point[], command: string): string {
  return points.map((point) => `${command}${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join('')
}

/** A round number at or above `value`, for the top of an axis: 1, 2, 2.5 or 5 times a power of ten. */
export function niceTop(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 2.5, 5, 10].find((candidate) => value <= candidate * power) ?? 10
  return step * power
}

/** The same for bytes: powers of two, so that an axis says 512 Mi and not 500. */
export function niceBytesTop(value: number): number {
  if (value <= 0) return 1
  const power = 2 ** Math.floor(Math.log2(value))
  return value <= power ? power : value <= power * 1.5 ? power * 1.5 : power * 2
}
