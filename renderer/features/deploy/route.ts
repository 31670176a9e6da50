import { z } from 'zod'

/** What the deploy page shows, and which release is selected in the list of releases. */
export const deployRoute = z.object({
  view: z.enum(['plan', 'releases', 'drift']).default('plan'),
  release: z.string().optional(),
})
