const secretKey = /pass(word|phrase)?|secret|token|credential|private|authorization/i
const longest = 2000

/** The same details without what must never be written down: values under secret-sounding keys, and overlong text. */
export function redact(details: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).map(([key, value]) => [key, secretKey.test(key) ? '[redacted]' : redactValue(value)]),
  )
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return value.length > longest ? `${value.slice(0, longest)}…` : value
  if (Array.isArray(value)) return value.slice(0, 100).map(redactValue)
  if (typeof value === 'object' && value !== null) return redact(value as Record<string, unknown>)
  return value
}
