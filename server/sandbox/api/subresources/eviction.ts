import type { V1Pod, V1PodDisruptionBudget } from '../schema/models.ts'
import type { DeleteOptions, KubeObject, Store } from '../../store/types.ts'
import { readBody } from '../body.ts'
import type { ApiContext } from '../context.ts'
import { ApiError, notFound } from '../errors.ts'
import { isJson } from '../json.ts'
import { isDryRun, type KindRequest, type Reply } from '../request.ts'
import { selectorMatches } from '../selectors.ts'

const isReady = (pod: KubeObject): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  (pod as unknown as V1Pod).status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true

/** An absolute number or a share of all, rounded up as the disruption controller does. */
function amount(value: number | string, total: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) / 100) * total)
}

/** Healthy pods a budget wants to keep, and those it has. */
function health(store: Store, budget: V1PodDisruptionBudget): { wanted: number; healthy: number } {
  const pods = store
    .list('pods', { namespace: budget.metadata?.namespace ?? '' })
    .filter((pod) => selectorMatches(budget.spec?.selector, pod.metadata.labels))
  const { minAvailable, maxUnavailable } = budget.spec ?? {}
  const wanted =
    minAvailable === undefined
      ? pods.length - amount(maxUnavailable ?? 0, pods.length)
      : amount(minAvailable, pods.length)
  return { wanted, healthy: pods.filter(isReady).length }
}

function checkBudgets(store: Store, pod: KubeObject): void {
  if (!isReady(pod)) return
  const namespace = pod.metadata.namespace ?? ''
  const budgets = store.list('poddisruptionbudgets.policy', { namespace }) as unknown as V1PodDisruptionBudget[]
  for (const budget of budgets) {
    if (!selectorMatches(budget.spec?.selector, pod.metadata.labels)) continue
    const { wanted, healthy } = health(store, budget)
    if (healthy > wanted) continue
    throw new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: `The disruption budget ${budget.metadata?.name ?? ''} needs ${wanted} healthy pods and has ${healthy} currently`,
        },
      ],
      retryAfterSeconds: 10,
    })
  }
}

export async function handleEviction({ store }: ApiContext, request: KindRequest): Promise<Reply> {
  const { row, info, query } = request
  const body = await readBody(request.incoming)
  const pod = store.get('pods', info.namespace, info.name)
  if (pod === undefined) throw notFound(row, info.name)
  checkBudgets(store, pod)
  const sent = isJson(body) && isJson(body.deleteOptions) ? body.deleteOptions : {}
  const dryRun = isDryRun(query) || (Array.isArray(sent.dryRun) && sent.dryRun.includes('All'))
  const options: DeleteOptions = {
    ...(sent.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: Number(sent.gracePeriodSeconds) }),
    ...(isJson(sent.preconditions) ? { preconditions: sent.preconditions } : {}),
  }
  if (!dryRun) store.delete('pods', info.namespace, info.name, options)
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } }
}
