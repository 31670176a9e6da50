import { z } from 'zod'

/** What the workloads page shows: a kind, its filter, the pod or workload whose drawer is open and the drawer's tab. */
export const workloadsRoute = z.object({
  kind: z.enum(['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']).default('Pod'),
  /** As typed into the filter of pods: `service:backend status:crash`. */
  filter: z.string().default(''),
  pod: z.string().optional(),
  podTab: z.enum(['summary', 'events', 'yaml']).default('summary'),
  workload: z.string().optional(),
  workloadTab: z.enum(['summary', 'revisions', 'environment']).default('summary'),
})
