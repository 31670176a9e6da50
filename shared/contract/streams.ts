import { z } from 'zod'
import { read, streamId } from './base.ts'
import { nothing, type RightsOf } from './right.ts'

export const streams = {
  /** Credit for a stream that counts it: characters of a terminal, lines of a log. */
  acknowledge: read.input(z.object({ streamId, count: z.number().int().nonnegative() })).output(z.void()),
}

export const streamsRights = {
  acknowledge: nothing,
} satisfies RightsOf<typeof streams>
