import { diffLines, diffWordsWithSpace } from 'diff'

export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  /** Line numbers in the text before and after, where the line exists there. */
  before?: number
  after?: number
  /** The line in pieces; changed pieces are marked. */
  parts: readonly { text: string; isChanged: boolean }[]
}

/**
 * Two texts line by line; a removed line followed by an added one is compared word by word. What no screen shows is made visible:
 * a CR, other control characters, and that the last line has no end.
 */
export function compareLines(before: string, after: string): DiffLine[] {
  const lines: DiffLine[] = []
  let left = 1
  let right = 1
  const isEndEqual = before === '' || after === '' || before.endsWith('\n') === after.endsWith('\n')
  const visible = (text: string) => visibleText(text) + (isEndEqual || text.endsWith('\n') ? '' : ' (no line end)')
  for (const change of diffLines(visible(before), visible(after))) {
    for (const text of change.value.replace(/\n$/, '').split('\n')) {
      const parts = [{ text, isChanged: false }]
      if (change.added) lines.push({ kind: 'added', after: right++, parts })
      else if (change.removed) lines.push({ kind: 'removed', before: left++, parts })
      else lines.push({ kind: 'same', before: left++, after: right++, parts })
    }
  }
  return markWords(lines)
}

/** Control characters as their pictures; tabs and line ends stay. */
function visibleText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f]/g, (letter) => String.fromCharCode(0x2400 + letter.charCodeAt(0)))
}

function markWords(lines: DiffLine[]): DiffLine[] {
  for (let start = 0; start < lines.length; start += 1) {
    const removed = runLength(lines, start, 'removed')
    const added = runLength(lines, start + removed, 'added')
    if (removed > 0 && removed === added) {
      for (let offset = 0; offset < removed; offset += 1) markPair(lines, start + offset, start + removed + offset)
    }
    start += Math.max(0, removed + added - 1)
  }
  return lines
}

function runLength(lines: readonly DiffLine[], from: number, kind: DiffLine['kind']): number {
  let end = from
  while (lines[end]?.kind === kind) end += 1
  return end - from
}

function markPair(lines: DiffLine[], removedAt: number, addedAt: number): void {
  const removed = lines[removedAt]
  const added = lines[addedAt]
  if (!removed || !added) return
  const words = diffWordsWithSpace(textOf(removed), textOf(added))
  removed.parts = words.filter((word) => !word.added).map((word) => ({ text: word.value, isChanged: word.removed }))
  added.parts = words.filter((word) => !word.removed).map((word) => ({ text: word.value, isChanged: word.added }))
}

export function textOf(line: DiffLine): string {
  return line.parts.map((part) => part.text).join('')
}
