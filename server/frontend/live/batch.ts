import { z } from 'zod'
import { changeKinds } from '../../database/events.ts'
import { comparePositions, formatPosition, includes, parsePosition, type Position } from '../../database/position.ts'

const itemSchema = z.object({
  kind: z.enum(changeKinds),
  id: z.string(),
  /** The transactions that changed the row: what a reader has seen of them already is not told again. */
  transactions: z.array(z.number()),
  /** Whose row it is, for topics of one user; null where it is nobody's. */
  owner: z.string().nullable(),
  /** The row as JSON, rendered once for all clients of all replicas; `null` for a row that is gone. */
  row: z.string(),
})

/** One changed row. */
export type Item = z.output<typeof itemSchema>

/** Everything that happened between two positions, and nothing else. */
export interface Batch {
  readonly from: Position
  readonly to: Position
  readonly items: readonly Item[]
}

/** The part of a batch that comes after a position. */
export function itemsAfter({ from, items }: Batch, seen: Position): readonly Item[] {
  if (comparePositions(from, seen) === 0) return items
  return items.filter(({ transactions }) => transactions.some((transaction) => !includes(seen, transaction)))
}

const position = z.string().transform((text, context) => {
  const parsed = parsePosition(text)
  if (parsed === undefined) context.addIssue('is not a position')
  return parsed ?? z.NEVER
})
const messageSchema = z.object({ sender: z.string(), from: position, to: position, items: z.array(itemSchema) })

export function encodeBatch(sender: string, { from, to, items }: Batch): string {
  return JSON.stringify({ sender, from: formatPosition(from), to: formatPosition(to), items })
}

/** A batch as another replica sent it, or undefined: another release may speak otherwise, and the reader then reads for itself. */
export function decodeBatch(text: string): (Batch & { readonly sender: string }) | undefined {
  try {
    return messageSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
