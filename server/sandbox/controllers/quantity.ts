import { formatBytes, readQuantity } from '#shared/quantity.ts'

/** A Kubernetes quantity as a number in thousandths, so that CPU and byte sums stay whole; unreadable text is 0. */
export const milli = (quantity: string | number | undefined): number => Math.round((readQuantity(quantity) ?? 0) * 1000)

/** Thousandths as the shortest decimal quantity: `250m`, `3`. */
export const formatMilli = (value: number): string => (value % 1000 === 0 ? String(value / 1000) : `${value}m`)

/** The format its resource is usually written in. */
export const formatResource = (resource: string, value: number): string =>
  /memory|storage/.test(resource) ? formatBytes(Math.ceil(value / 1000)) : formatMilli(value)

/** An absolute number or a percentage of a total, as maxSurge and minAvailable allow. */
export function portion(value: number | string | undefined, total: number, rounding: 'up' | 'down'): number {
  if (value === undefined) return 0
  if (typeof value === 'number') return value
  if (!value.endsWith('%')) return Number.parseInt(value, 10) || 0
  const part = (Number.parseInt(value, 10) * total) / 100
  return rounding === 'up' ? Math.ceil(part) : Math.floor(part)
}
