import { diffLines, diffWordsWithSpace } from 'diff'

export interface DiffPiece {
  text: string
  changed: boolean
}

export type DiffRow =
  | { kind: 'same' | 'add' | 'remove'; before?: number; after?: number; pieces: DiffPiece[] }
  | { kind: 'fold'; id: number; count: number }

interface Line {
  kind: 'same' | 'add' | 'remove'
  before?: number
  after?: number
  text: string
}

const linesOf = (text: string) => (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')

function numbered(before: string, after: string): Line[] {
  const out: Line[] = []
  let [left, right] = [0, 0]
  for (const part of diffLines(ending(before), ending(after))) {
    for (const text of linesOf(part.value)) {
      if (part.removed) out.push({ kind: 'remove', before: (left += 1), text })
      else if (part.added) out.push({ kind: 'add', after: (right += 1), text })
      else out.push({ kind: 'same', before: (left += 1), after: (right += 1), text })
    }
  }
  return out
}

/** A missing newline at the end would make the last line look changed. */
const ending = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/** What differs inside a pair of lines; lines with little in common are shown whole instead of as confetti. */
function wordPieces(removed: string, added: string): { removed: DiffPiece[]; added: DiffPiece[] } | null {
  const parts = diffWordsWithSpace(removed, added)
  const common = parts
    .filter((part) => !part.added && !part.removed)
    .reduce((sum, part) => sum + part.value.trim().length, 0)
  if (common * 3 < Math.max(removed.trim().length, added.trim().length)) return null
  const side = (leaveOut: 'added' | 'removed') =>
    parts
      .filter((part) => !part[leaveOut])
      .map((part) => ({ text: part.value, changed: Boolean(part.added || part.removed) }))
  return { removed: side('added'), added: side('removed') }
}

function withWords(lines: readonly Line[]): DiffRow[] {
  const rows = lines.map((line) => ({
    kind: line.kind,
    ...(line.before !== undefined && { before: line.before }),
    ...(line.after !== undefined && { after: line.after }),
    pieces: [{ text: line.text, changed: false }],
  }))
  for (let at = 0; at < lines.length;) {
    const removed = run(lines, at, 'remove')
    const added = run(lines, at + removed, 'add')
    for (let pair = 0; pair < Math.min(removed, added); pair += 1) {
      const [left, right] = [rows[at + pair], rows[at + removed + pair]]
      const words = wordPieces(lines[at + pair]?.text ?? '', lines[at + removed + pair]?.text ?? '')
      if (left && right && words) {
        left.pieces = words.removed
        right.pieces = words.added
      }
    }
    at += Math.max(1, removed + added)
  }
  return rows
}

function run(lines: readonly Line[], from: number, kind: Line['kind']): number {
  let count = 0
  while (lines[from + count]?.kind === kind) count += 1
  return count
}

/**
 * A unified diff of two texts with line numbers on both sides. Stretches that stay the same are folded down to `context`
 * lines around a change, unless their id is in `unfolded`.
 */
export function diffRows(before: string, after: string, unfolded: ReadonlySet<number>, context = 4): DiffRow[] {
  const rows = withWords(numbered(before, after))
  const out: DiffRow[] = []
  for (let at = 0; at < rows.length;) {
    let same = 0
    while (rows[at + same]?.kind === 'same') same += 1
    const head = at === 0 ? 0 : context
    const tail = at + same === rows.length ? 0 : context
    const folded = same - head - tail
    // Two lines are no shorter folded than shown. A text without any change is shown whole.
    if (folded > 2 && same < rows.length && !unfolded.has(at)) {
      out.push(
        ...rows.slice(at, at + head),
        { kind: 'fold', id: at, count: folded },
        ...rows.slice(at + head + folded, at + same),
      )
    } else out.push(...rows.slice(at, at + same))
    at += same
    while (at < rows.length && rows[at]?.kind !== 'same') {
      const row = rows[at]
      if (row) out.push(row)
      at += 1
    }
  }
  return out
}
