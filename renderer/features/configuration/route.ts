import { z } from 'zod'

/** What the configuration page shows: a tab, and in it the object whose drawer is open. */
export const configurationRoute = z.object({
  tab: z.enum(['keys', 'limits', 'access', 'certificates', 'migrations']).default('keys'),
  /** `ConfigMap/name`. */
  object: z.string().optional(),
  view: z.enum(['form', 'yaml']).default('form'),
})
