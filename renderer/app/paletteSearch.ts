import type { Action } from './state/actions.ts'

/** Whether an action answers what was typed: every word occurs in its title, section or detail. */
export function matches(action: Action, typed: string): boolean {
  const isCluster = action.section === 'Go to cluster'
  if (typed.startsWith('@') && !isCluster) return false
  if (typed.startsWith('>') && (isCluster || action.section === 'Go to')) return false
  const text = `${action.title} ${action.section} ${action.detail ?? ''}`.toLowerCase()
  return wordsOf(typed).every((word) => text.includes(word))
}

/** Whether the title alone answers it: such an action comes before those that only belong to a section of that name. */
export function isNamed(action: Action, typed: string): boolean {
  const title = action.title.toLowerCase()
  return wordsOf(typed).every((word) => title.includes(word))
}

/** A title in pieces, those that were typed marked. */
export function matchRanges(title: string, typed: string): { text: string; isMatch: boolean }[] {
  const words = wordsOf(typed)
  const marked = Array.from(title, () => false)
  for (const word of words) {
    const at = title.toLowerCase().indexOf(word)
    if (at >= 0) marked.fill(true, at, at + word.length)
  }
  const parts: { text: string; isMatch: boolean }[] = []
  Array.from(title).forEach((letter, index) => {
    const isMatch = marked[index] ?? false
    const last = parts.at(-1)
    if (last?.isMatch === isMatch) last.text += letter
    else parts.push({ text: letter, isMatch })
  })
  return parts
}

/** The words that were typed, small. */
export function wordsOf(typed: string): string[] {
  return typed
    .replace(/^[>@]/, '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}
