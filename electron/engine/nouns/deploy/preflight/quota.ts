import type { KubeObject } from '../../../kube/index.ts'
import { containerDefaults, releaseDemand } from '../../../objects/demand.ts'
import { Lists, whyUnread } from '../../../objects/known.ts'
import { demandFor, quotaLines } from '../../../objects/quota.ts'
import type { Found, Preflight } from './types.ts'
import { cores, failed, gibibytes, passed, unknown } from './results.ts'

/**
 * The release at its busiest against the quotas as they will be, those of others included. What already runs in the namespace and is not
 * the suite's is added to the demand.
 */
export async function quotaCheck({ connection, namespace, objects, signal }: Preflight): Promise<Found> {
  const lists = new Lists(connection, { namespace, signal })
  const [inCluster, ranges, others] = await Promise.all([
    lists.all('v1', 'ResourceQuota'),
    lists.all('v1', 'LimitRange'),
    lists.all('v1', 'Pod', { labelSelector: 'app.kubernetes.io/part-of!=agency-swarm' }),
  ])
  const planned = (kind: string, live: readonly KubeObject[]) => {
    const own = objects.filter((object) => object.kind === kind)
    return [...own, ...live.filter(({ metadata }) => !own.some((other) => other.metadata.name === metadata.name))]
  }
  const quotas = planned('ResourceQuota', inCluster)
  const demand = releaseDemand(
    [...objects, ...others.filter(isRunning).map(asWorkload)],
    containerDefaults(planned('LimitRange', ranges)),
  )
  const over = quotas.flatMap(({ metadata, spec }) =>
    quotaLines(spec?.['hard'] as Record<string, string> | undefined).flatMap(({ resource, limit, hard }) => {
      const needed = demandFor(demand, resource)
      if (needed <= hard) return []
      return [`${metadata.name} allows ${limit} of ${resource} and ${amountOf(resource, needed)} are needed`]
    }),
  )
  if (over.length > 0)
    return failed(
      `${over.join('; ')}. Counted with the extra pods of rolling updates and with its Jobs: pods above a quota are refused without a word.`,
      'Raise the quota in the values, or ask for less: fewer replicas or smaller requests.',
    )
  const asked = `At its busiest the suite asks for ${cores(demand.get('requests.cpu') ?? 0)} and ${gibibytes(demand.get('requests.memory') ?? 0)}`
  // A quota that was not read may refuse it; without one it does not matter what else runs there.
  const lacking = lists.unread.filter(({ kind }) => kind === 'ResourceQuota' || quotas.length > 0)
  if (lacking.length > 0)
    return unknown(
      `Could not be checked. ${lacking.map(whyUnread).join(' ')} ${asked}.`,
      `Compare it with: kubectl -n ${namespace} describe quota. Pods above a quota are refused while deploying.`,
    )
  if (quotas.length === 0) return passed(`${asked}; there is no quota.`)
  return passed(`${asked}; ${quotas.length === 1 ? 'the quota allows' : `${quotas.length} quotas allow`} it.`)
}

const isRunning = ({ status }: KubeObject) => status?.['phase'] !== 'Succeeded' && status?.['phase'] !== 'Failed'

/** A pod that is not the suite's, as a workload of one pod. */
const asWorkload = (pod: KubeObject): KubeObject => ({ ...pod, spec: { template: { spec: pod.spec } } })

const amountOf = (name: string, amount: number) =>
  /memory|storage/.test(name) ? gibibytes(amount) : /cpu/.test(name) ? cores(amount) : String(amount)
