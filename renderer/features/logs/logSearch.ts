export interface LogQuery {
  text: string
  regex: boolean
  matchCase: boolean
}

export type LogMatcher = (text: string) => [from: number, to: number][]

export interface CompiledQuery {
  /** Null when nothing is searched or the expression is not valid. */
  matches: LogMatcher | null
  /** What is wrong with the expression, for below the field; empty when nothing is. */
  problem: string
}

/** A line can match at most this often; more would only slow the painting of one row. */
const mostMatches = 50

/** @returns a function that gives the ranges of a text that match */
export function compileQuery(query: LogQuery): CompiledQuery {
  if (!query.text) return { matches: null, problem: '' }
  const source = query.regex ? query.text : query.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  try {
    return { matches: matcherOf(new RegExp(source, query.matchCase ? 'g' : 'gi')), problem: '' }
  } catch (thrown) {
    const raw = thrown instanceof Error ? thrown.message.replace(/^Invalid regular expression: /, '') : String(thrown)
    return { matches: null, problem: `This expression cannot be read: ${raw}` }
  }
}

function matcherOf(expression: RegExp): LogMatcher {
  return (text) => {
    const ranges: [number, number][] = []
    expression.lastIndex = 0
    for (let found = expression.exec(text); found && ranges.length < mostMatches; found = expression.exec(text)) {
      if (found[0].length === 0) expression.lastIndex += 1
      else ranges.push([found.index, found.index + found[0].length])
    }
    return ranges
  }
}

/** Cuts a text into pieces that match and pieces that do not, in order. */
export function cutAtMatches(text: string, ranges: readonly [number, number][]): { text: string; hit: boolean }[] {
  const pieces: { text: string; hit: boolean }[] = []
  let at = 0
  for (const [from, to] of ranges) {
    if (from > at) pieces.push({ text: text.slice(at, from), hit: false })
    pieces.push({ text: text.slice(from, to), hit: true })
    at = to
  }
  if (at < text.length) pieces.push({ text: text.slice(at), hit: false })
  return pieces
}
