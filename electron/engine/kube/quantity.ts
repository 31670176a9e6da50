import { ConsoleError } from '#shared/errors.ts'

/** Suffixes of k8s.io/apimachinery resource.Quantity. */
const factors: Record<string, number> = {
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

/** A trailing E is exa; an e or E before digits is an exponent. */
const pattern = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/

/**
 * @returns the quantity in base units (cores, bytes)
 * @throws ConsoleError BAD_INPUT when it is not a quantity
 */
export function parseQuantity(text: string | number): number {
  const match = pattern.exec(String(text).trim())
  const factor = factors[match?.[3] ?? '']
  if (!match || factor === undefined) {
    throw new ConsoleError('BAD_INPUT', `"${text}" is not a quantity. Examples: 250m, 1.5, 512Mi, 1.5Gi, 1e3.`)
  }
  // Dividing keeps 250m exactly 0.25, where multiplying by 1e-3 does not always.
  const digits = Number(`${match[1] ?? ''}${match[2] ?? ''}`)
  return factor < 1 ? digits / Math.round(1 / factor) : digits * factor
}

const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

/**
 * The shortest usual form: cores as `250m` or `1.5`, bytes as `512Mi`; at most one decimal, so it may round.
 * @param value cores or bytes
 */
export function formatQuantity(value: number, unit: 'cores' | 'bytes'): string {
  if (unit === 'cores') return Math.abs(value) < 1 ? `${Math.round(value * 1000)}m` : oneDecimal(value)
  let power = 0
  let scaled = value
  while (Math.abs(scaled) >= 1024 && power < binary.length - 1) {
    scaled /= 1024
    power += 1
  }
  return power === 0 ? String(Math.round(scaled)) : `${oneDecimal(scaled)}${binary[power] ?? ''}`
}

const oneDecimal = (value: number): string => String(Math.round(value * 10) / 10)
