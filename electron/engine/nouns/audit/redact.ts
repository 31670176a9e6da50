const secretKey = /pass(word|phrase)?|secret|token|credential|private|authorization/i
const longest = 2000
const redacted = '[redacted]'

/** The same details without what must never be written down: values under secret-sounding keys, and overlong text. */
export function redact(details: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).map(([key, value]) => [key, secretKey.test(key) ? redacted : redactValue(value)]),
  )
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return value.length > longest ? `${value.slice(0, longest)}…` : value
  if (Array.isArray(value)) return value.slice(0, 100).map(redactValue)
  if (typeof value === 'object' && value !== null) return redact(value as Record<string, unknown>)
  return value
}

/**
 * The same details with the values at these paths struck out: of a map its values, of a list of named values their `value`.
 * @param paths as the contract states them, `edit.set`
 */
export function withoutValues(details: Record<string, unknown>, paths: readonly string[]): Record<string, unknown> {
  return paths.reduce((rest, path) => struckAt(rest, path.split('.')), details)
}

function struckAt(details: Record<string, unknown>, [key = '', ...rest]: string[]): Record<string, unknown> {
  const value = details[key]
  if (value === undefined) return details
  if (rest.length === 0) return { ...details, [key]: struck(value) }
  return isMap(value) ? { ...details, [key]: struckAt(value, rest) } : details
}

function struck(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => (isMap(each) ? { ...each, value: redacted } : redacted))
  return isMap(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, redacted])) : redacted
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
