import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { feedState, read, scope, time } from './base.ts'
import { on, type RightsOf } from './right.ts'

export const eventRow = z.object({
  uid: z.string(),
  type: z.enum(['Normal', 'Warning']),
  reason: z.string(),
  message: z.string(),
  about: z.object({ kind: z.string(), name: z.string() }),
  count: z.number(),
  /** Null where the cluster gave no time that can be read. */
  firstAt: time.nullable(),
  lastAt: time.nullable(),
})
export type EventRow = z.infer<typeof eventRow>

export const events = {
  watch: read.input(scope).output(eventIterator(z.object({ feed: feedState, rows: z.array(eventRow) }))),
}

export const eventsRights = {
  watch: [on('events', 'list', 'watch')],
} satisfies RightsOf<typeof events>
