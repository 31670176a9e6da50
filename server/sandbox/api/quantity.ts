const suffixes: Readonly<Record<string, number>> = {
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

/** The value of a Kubernetes quantity (`250m`, `1.5Gi`, `1e3`); undefined when it is none. */
export function parseQuantity(text: string): number | undefined {
  const [, number, exponent, suffix] = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/.exec(text) ?? [] // prettier-ignore
  if (number === undefined) return undefined
  if (exponent !== undefined) return Number(`${number}e${exponent}`)
  return Number(number) * (suffixes[suffix ?? ''] ?? 1)
}

const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

/** A sum in the shortest exact form: cores in thousandths, bytes in powers of 1024, counts as they are. */
export function formatQuantity(resource: string, value: number): string {
  if (resource.endsWith('cpu')) return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`
  if (!/memory|storage/.test(resource)) return String(value)
  let [rest, power] = [value, 0]
  while (rest >= 1024 && rest % 1024 === 0 && power < binary.length - 1) {
    rest /= 1024
    power += 1
  }
  return `${rest}${binary[power] ?? ''}`
}
