import { z } from 'zod'
import { confirmation, destructive, write } from './base.ts'
import { nothing, type RightsOf } from './right.ts'

export const sandbox = {
  start: write('started the sandbox', 'read_only').output(z.void()),
  stop: write('stopped the sandbox', 'read_only').output(z.void()),
  /** Deletes every object and volume of the sandbox. */
  reset: destructive({ audit: 'reset the sandbox', level: 2, permission: 'read_only' })
    .input(z.object({ confirmation }))
    .output(z.void()),
}

export const sandboxRights = {
  start: nothing,
  stop: nothing,
  reset: nothing,
} satisfies RightsOf<typeof sandbox>
