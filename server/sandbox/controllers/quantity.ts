const factors: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** A Kubernetes quantity as a number in thousandths, so that CPU and byte sums stay whole; unreadable text is 0. */
export function milli(quantity: string | number | undefined): number {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(quantity ?? ''))
  return match === null ? 0 : Math.round(Number(match[1]) * (factors[match[2] ?? ''] ?? 0) * 1000)
}

/** Thousandths as the shortest decimal quantity: `250m`, `3`. */
export const formatMilli = (value: number): string => (value % 1000 === 0 ? String(value / 1000) : `${value}m`)

const binaryUnits = ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'] as const

/** Thousandths of a byte with the largest binary unit that divides them: `512Mi`, `1500`. */
export function formatBytes(value: number): string {
  const bytes = Math.ceil(value / 1000)
  const unit = binaryUnits.find((each) => bytes !== 0 && bytes % (factors[each] ?? 1) === 0)
  return unit === undefined ? String(bytes) : `${bytes / (factors[unit] ?? 1)}${unit}`
}

/** The format its resource is usually written in. */
export const formatResource = (resource: string, value: number): string =>
  /memory|storage/.test(resource) ? formatBytes(value) : formatMilli(value)

/** An absolute number or a percentage of a total, as maxSurge and minAvailable allow. */
export function portion(value: number | string | undefined, total: number, rounding: 'up' | 'down'): number {
  if (value === undefined) return 0
  if (typeof value === 'number') return value
  if (!value.endsWith('%')) return Number.parseInt(value, 10) || 0
  const part = (Number.parseInt(value, 10) * total) / 100
  return rounding === 'up' ? Math.ceil(part) : Math.floor(part)
}
