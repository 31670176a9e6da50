/** Suffixes of k8s.io/apimachinery resource.Quantity. */
const factors: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
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

/** A trailing E is exa; an e or E before digits is an exponent, after which there is no suffix. */
const pattern = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/

/**
 * A Kubernetes quantity (`250m`, `1.5Gi`, `1e3`) in base units: cores, bytes, pieces.
 * @returns undefined for an absent quantity, and for text that is none
 */
export function readQuantity(text: string | number | undefined): number | undefined {
  const match = pattern.exec(String(text ?? ''))
  const factor = factors[match?.[3] ?? '']
  if (!match || factor === undefined) return undefined
  // Dividing keeps 250m exactly 0.25, where multiplying by 1e-3 does not always.
  const digits = Number(`${match[1] ?? ''}${match[2] ?? ''}`)
  const value = factor < 1 ? digits / Math.round(1 / factor) : digits * factor
  return Number.isFinite(value) ? value : undefined
}

const binaryUnits = ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'] as const

/** Bytes with the largest binary unit that divides them: `512Mi`, `1500`. */
export function formatBytes(bytes: number): string {
  const unit = binaryUnits.find((each) => bytes !== 0 && bytes % (factors[each] ?? 1) === 0)
  return unit === undefined ? String(bytes) : `${bytes / (factors[unit] ?? 1)}${unit}`
}
