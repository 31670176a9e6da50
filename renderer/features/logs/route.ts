import { z } from 'zod'

/** What is followed; nothing named means every pod of the suite. */
export const logsRoute = z.object({
  services: z.array(z.string()).default([]),
  pods: z.array(z.string()).default([]),
  /** The run before each container's last start. */
  previous: z.boolean().default(false),
  sinceSeconds: z.literal([900, 3_600, 21_600, 86_400]).default(3_600),
})
