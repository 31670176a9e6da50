import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { clusterId, kubeName, read, scope, write } from './base.ts'
import { nothing, on, toPorts, type RightsOf } from './right.ts'

export const forward = z.object({
  id: z.string(),
  cluster: clusterId,
  namespace: z.string(),
  pod: z.string(),
  port: z.number(),
  localPort: z.number(),
  state: z.enum(['open', 'reconnecting', 'failed']),
  detail: z.string(),
})
export type Forward = z.infer<typeof forward>

export const forwards = {
  watch: read.output(eventIterator(z.array(forward))),
  open: write('opened a port-forward')
    .input(
      scope.extend({
        pod: kubeName,
        port: z.number().int().min(1).max(65535),
        localPort: z.number().int().min(0).max(65535).default(0),
      }),
    )
    .output(forward),
  close: write('closed a port-forward')
    .input(z.object({ id: z.string() }))
    .output(z.void()),
}

export const forwardsRights = {
  watch: nothing,
  open: [on('pods', 'get'), ...toPorts],
  close: nothing,
} satisfies RightsOf<typeof forwards>
