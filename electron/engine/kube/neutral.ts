import { isNeutral, sanitise } from './sanitise.ts'

/**
 * JSON writes control characters as escapes, and may write any other so; what hides or reorders text may also stand there as itself.
 * Go escapes & < and > as well, which need no work.
 */
const escapes = /\\(?:[rbf]|u(?:00[01]|007f|00[89]|00ad|03|06|1[178]|20[0-6]|31|d[89a-f]|f))/i

/**
 * Parses an object of a live list or watch. All its text is made safe to show here, once, at the entrance: names, labels, states,
 * messages. What must stay byte for byte (values that are edited, files, YAML) is read by single requests, not by live lists.
 * @throws SyntaxError
 */
export function parseNeutral(text: string): unknown {
  if (isNeutral(text) && !escapes.test(text)) return JSON.parse(text)
  return neutral(JSON.parse(text))
}

function neutral(value: unknown): unknown {
  if (typeof value === 'string') return sanitise(value, { keepNewlines: true })
  if (Array.isArray(value)) return value.map(neutral)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [sanitise(key), neutral(each)]))
}
