import { isSafe, sanitise } from './sanitise.ts'

/**
 * JSON writes control characters as escapes, and may write any other so; what hides or reorders text may also stand there as itself.
 * Go escapes & < and > as well, which need no work.
 */
const escapes = /\\(?:[rbf]|u(?:00[01]|007f|00[89]|00ad|03|06|1[178]|20[0-6]|31|d[89a-f]|f))/i

interface Wishes {
  /**
   * Makes all text safe to show, once, at the entrance: names, labels, states, messages. For live lists, tables and what else is only
   * shown; what must stay byte for byte (values that are edited, files, YAML) is read without.
   */
  sanitised?: boolean | undefined
}

/**
 * Parses what an API server sends. Go writes an empty list or map as `null`, leaves it out, or writes it empty: here a field that is null
 * is left out, so that all readers see two of the three.
 * @throws SyntaxError
 */
export function parseAnswer(text: string, { sanitised = false }: Wishes = {}): unknown {
  const value: unknown = JSON.parse(text)
  const isUnsafe = sanitised && (!isSafe(text) || escapes.test(text))
  if (!isUnsafe && !text.includes(':null') && !text.includes(': null')) return value
  try {
    return cleaned(value, isUnsafe ? (given) => sanitise(given, { keepNewlines: true }) : (given) => given)
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new SyntaxError('Nested too deeply.', { cause: thrown })
    throw thrown
  }
}

function cleaned(value: unknown, shown: (text: string) => string): unknown {
  if (typeof value === 'string') return shown(value)
  if (Array.isArray(value)) return value.map((each) => cleaned(each, shown))
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, field]) => field !== null)
  return Object.fromEntries(fields.map(([key, field]) => [shown(key), cleaned(field, shown)]))
}
