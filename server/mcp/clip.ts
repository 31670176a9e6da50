/** The text, or its beginning with a word that there is more. Whole code points, so that no half of one is left. */
export function clip(text: string, longest: number): string {
  if (text.length <= longest) return text
  const beginning = text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')
  return `${beginning}… (cut: ${text.length - beginning.length} more characters)`
}
