import type { DeployStatus } from '#shared/contract/deploy.ts'

const unknownWorker =
  'Whether another console is deploying here is unknown: your account may not read the lease. Ask an administrator for the role agency-swarm-admin.'

/** Why nothing can be deployed from here while another console works. */
export function elsewhere(unfinished: DeployStatus['unfinished']): string | undefined {
  if (unfinished?.isElsewhere === null) return unknownWorker
  return unfinished?.isElsewhere
    ? `${unfinished.by} is deploying ${unfinished.version} from another console.`
    : undefined
}
