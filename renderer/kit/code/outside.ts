import { Annotation } from '@codemirror/state'

/** Marks a change that did not come from the person. */
export const outside = Annotation.define<boolean>()

/** What to replace so that one text becomes the other; undefined where they are the same. Line ends of the new text are LF. */
export function edge(before: string, given: string): { from: number; to: number; insert: string } | undefined {
  const after = given.replace(/\r\n?/g, '\n')
  if (before === after) return undefined
  const shortest = Math.min(before.length, after.length)
  let head = 0
  while (head < shortest && before[head] === after[head]) head += 1
  let tail = 0
  while (tail < shortest - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1
  return { from: head, to: before.length - tail, insert: after.slice(head, after.length - tail) }
}
