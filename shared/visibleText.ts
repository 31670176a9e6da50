/** What looks like nothing, or like something else: controls, formats, spaces of other kinds, fillers, and everything Unicode calls ignorable. */
const unseen = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u{2800}]/u
/** A mark with nothing before it to stand on. */
const mark = /\p{M}/u

/**
 * Text in double quotes in which nothing hides: what is not plainly visible stands as its number, and so do spaces at the ends, spaces behind one another, and
 * quotes and backslashes behind a backslash. Two texts that differ are shown differently.
 */
export function visible(text: string): string {
  let shown = ''
  let before = ' '
  const characters = Array.from(text)
  for (const [index, character] of characters.entries()) {
    const isInnerSpace = character === ' ' && before !== ' ' && index > 0 && index < characters.length - 1
    if (character === '"' || character === '\\') shown += `\\${character}`
    else if (isInnerSpace) shown += ' '
    else if (unseen.test(character) || (mark.test(character) && (index === 0 || unseen.test(before))))
      shown += numbered(character)
    else shown += character
    before = character
  }
  return `"${shown}"`
}

function numbered(character: string): string {
  const names: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
  return names[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}}`
}
