const lineEnd = /\r\n|\r|\n/g

/** The text as a field of a page shows it: every line end is one LF. */
export function shownText(text: string): string {
  return text.replace(lineEnd, '\n')
}

/**
 * What a person's edit of the shown text makes of the real one. A field knows only LF; whatever was not edited keeps its line ends,
 * byte for byte, and new lines end as those of the text do.
 * @param text before the edit, as it is
 * @param shown after the edit, as the field has it
 * @param pasted what the edit pasted, as the clipboard had it: it keeps its line ends where the text has none of its own
 */
export function withEdit(text: string, shown: string, pasted = ''): string {
  const pieces = piecesOf(text)
  const letters = Array.from(shown)
  const shortest = Math.min(pieces.length, letters.length)
  let head = 0
  while (head < shortest && shownText(pieces[head] ?? '') === letters[head]) head += 1
  let tail = 0
  while (
    tail < shortest - head &&
    shownText(pieces[pieces.length - 1 - tail] ?? '') === letters[letters.length - 1 - tail]
  )
    tail += 1
  const typed = letters.slice(head, letters.length - tail).join('')
  const end = endOf(pieces, head)
  const written =
    end === undefined && pasted !== '' && typed.includes(shownText(pasted))
      ? typed.replace(shownText(pasted), () => pasted)
      : typed.replaceAll('\n', end ?? '\n')
  return joined(joined(pieces.slice(0, head).join(''), written), pieces.slice(pieces.length - tail).join(''))
}

/** A CR that comes to stand before an LF would be one line end with it: it becomes the LF that it was shown as. */
function joined(before: string, after: string): string {
  return before.endsWith('\r') && after.startsWith('\n') ? `${before.slice(0, -1)}\n${after}` : before + after
}

/** "CRLF", "CR" or "CRLF and LF": how the lines of a text end, where it is not by LF alone. */
export function unusualLineEnds(text: string): string | undefined {
  const names = new Set((text.match(lineEnd) ?? []).map((end) => (end === '\n' ? 'LF' : end === '\r' ? 'CR' : 'CRLF')))
  if (names.size === 0 || (names.size === 1 && names.has('LF'))) return undefined
  return [...names].sort().join(' and ')
}

/** Letters, where a line end counts as one. */
function piecesOf(text: string): string[] {
  return text.match(/\r\n|[\s\S]/gu) ?? []
}

/** The line end before a place, else the first one after it; undefined in a text of one line. */
function endOf(pieces: readonly string[], at: number): string | undefined {
  const isEnd = (piece: string) => shownText(piece) === '\n'
  return pieces.slice(0, at).findLast(isEnd) ?? pieces.slice(at).find(isEnd)
}
