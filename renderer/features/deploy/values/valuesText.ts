import { isMap, isNode, LineCounter, parse, parseDocument } from 'yaml'

/** The most characters that the engine takes. */
export const longestValues = 200_000

/**
 * The line (1-based) where a value stands in a values file.
 * @param path keys with dots between: `replicas.backend`
 * @returns null where it is not written, or the text is no YAML
 */
export function lineOfValue(text: string, path: string): number | null {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const keys = path.split('.')
  const last = keys.pop()
  const parent = keys.length === 0 ? document.contents : document.getIn(keys, true)
  if (document.errors.length > 0 || !isMap(parent)) return null
  const pair = parent.items.find((item) => isNode(item.key) && String(item.key) === last)
  const range = pair && isNode(pair.key) ? pair.key.range : undefined
  return range ? lines.linePos(range[0]).line : null
}

/**
 * Writes a value into a values file at its place; comments and everything else stay.
 * @param standard the value as YAML
 * @returns null where the text cannot be read, or something that holds no keys stands in the way
 */
export function insertValue(text: string, path: string, standard: string): { text: string; line: number } | null {
  const document = parseDocument(text)
  if (document.errors.length > 0) return null
  try {
    document.setIn(path.split('.'), document.createNode(parse(standard === '' ? 'null' : standard)))
    const written = document.toString({ lineWidth: 0 })
    return { text: written, line: lineOfValue(written, path) ?? 1 }
  } catch {
    return null
  }
}

/** Selects a line of a text field and brings it into view. @param line 1-based; 0 goes to the first */
export function showLine(field: HTMLTextAreaElement, line: number, lineHeight: number): void {
  const lines = field.value.split('\n')
  const at = Math.min(Math.max(line, 1), lines.length) - 1
  const start = lines.slice(0, at).reduce((sum, each) => sum + each.length + 1, 0)
  field.focus()
  field.setSelectionRange(start, start + (lines[at]?.length ?? 0))
  field.scrollTop = Math.max(0, at * lineHeight - field.clientHeight / 2)
}
