/** A plain scalar as kubectl's YAML 1.1 reads it. */
export type Scalar =
  | { kind: 'null' }
  | { kind: 'text'; value: string }
  | { kind: 'flag'; value: boolean }
  /** `value` as Go writes it as a key of a map. */
  | { kind: 'number'; value: string; isFinite: boolean }

const flags = new Map<string, boolean>()
for (const word of ['y', 'yes', 'true', 'on', 'n', 'no', 'false', 'off']) {
  const isTrue = ['y', 'yes', 'true', 'on'].includes(word)
  for (const form of [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]) flags.set(form, isTrue)
}
const nulls = new Set(['', '~', 'null', 'Null', 'NULL'])
const notFinite = /^(\.(nan|NaN|NAN)|[-+]?\.(inf|Inf|INF))$/

const float = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/
const integer = /^[-+]?(0[bB][01]+|0[oO]?[0-7]+|0[xX][\da-fA-F]+|0|[1-9]\d*)$/
/**
 * Quoted text is text; this is for what stands without quotes, where YAML 1.1 sees `yes`, `0o7`, `1_000`, `.5` and `~` differently
 * from YAML 1.2.
 */
export function readScalar(source: string): Scalar {
  if (nulls.has(source)) return { kind: 'null' }
  const flag = flags.get(source)
  if (flag !== undefined) return { kind: 'flag', value: flag }
  if (notFinite.test(source)) return { kind: 'number', value: source, isFinite: false }
  if (/^[-+\d]/.test(source)) {
    const digits = source.replaceAll('_', '')
    const whole = integer.test(digits) ? integerOf(digits) : undefined
    if (whole !== undefined && whole >= -(2n ** 63n) && whole < 2n ** 64n)
      return { kind: 'number', value: String(whole), isFinite: true }
    if (float.test(digits)) return number(digits)
  }
  if (source.startsWith('.') && float.test(source)) return number(source)
  return { kind: 'text', value: source }
}

function number(digits: string): Scalar {
  const value = Number(digits)
  // strconv.ParseFloat fails beyond the range, and what fails is text.
  return Number.isFinite(value)
    ? { kind: 'number', value: String(value), isFinite: true }
    : { kind: 'text', value: digits }
}

function integerOf(digits: string): bigint {
  const plain = digits.replace(/^[-+]/, '').toLowerCase()
  const value = BigInt(/^0\d+$/.test(plain) ? `0o${plain.slice(1)}` : plain)
  return digits.startsWith('-') ? -value : value
}
