import type { V1Pod, V1PodDisruptionBudget } from '../schema/models.ts'
import type { DeleteOptions, KubeObject, Store } from '../../store/types.ts'
import { readBody } from '../body.ts'
import type { ApiContext } from '../context.ts'
import { ApiError, notFound } from '../errors.ts'
import { isJson } from '../json.ts'
import { isDryRun, type KindRequest, type Reply } from '../request.ts'
import { selectorMatches } from '../selectors.ts'

const budgets = 'poddisruptionbudgets.policy'

const isReady = (pod: V1Pod): boolean =>
  pod.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true

/** Nothing is disrupted by evicting a pod that does not run yet, not any more, or that is going already. */
const disruptsNothing = ({ metadata, status }: V1Pod): boolean =>
  metadata?.deletionTimestamp !== undefined || ['Pending', 'Succeeded', 'Failed'].includes(status?.phase ?? '')

/** The rules of the real server (kubernetes/pkg/registry/core/pod/storage/eviction.go). */
function spendBudget(store: Store, object: KubeObject, dryRun: boolean): void {
  const pod = object as unknown as V1Pod
  if (disruptsNothing(pod)) return
  const namespace = object.metadata.namespace ?? ''
  const found = (store.list(budgets, { namespace }) as unknown as V1PodDisruptionBudget[]).filter(
    ({ spec }) =>
      Object.keys(spec?.selector ?? {}).length > 0 && selectorMatches(spec?.selector, object.metadata.labels),
  )
  if (found.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'
    throw new ApiError(500, 'InternalError', message)
  }
  const [budget] = found
  if (budget === undefined) return
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {}
  // A pod that is not ready takes nothing away while enough others are.
  if (!isReady(pod) && currentHealthy >= desiredHealthy && desiredHealthy > 0) return
  checkAllowed(budget)
  if (!dryRun) noteDisruption(store, budget, object)
}

function checkAllowed({ metadata, status }: V1PodDisruptionBudget): void {
  const name = metadata?.name ?? ''
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 1)) {
    // The one refusal that says when to come back: the controller has not counted yet.
    throw refused(`The disruption budget ${name} is still being processed by the server.`, 10)
  }
  if ((status?.disruptionsAllowed ?? 0) > 0) return
  const { desiredHealthy = 0, currentHealthy = 0 } = status ?? {}
  throw refused(
    `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
  )
}

function refused(message: string, retryAfterSeconds?: number): ApiError {
  return new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message }],
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

/** Counts the eviction at once: the controller comes later, and a second eviction must not pass before it has. */
function noteDisruption(store: Store, budget: V1PodDisruptionBudget, pod: KubeObject): void {
  const write = (changed: KubeObject): void => {
    const { disruptionsAllowed = 0, disruptedPods } = (changed as unknown as V1PodDisruptionBudget).status ?? {}
    changed.status = {
      ...changed.status,
      disruptionsAllowed: disruptionsAllowed - 1,
      disruptedPods: { ...disruptedPods, [pod.metadata.name]: new Date().toISOString().replace(/\.\d+Z$/, 'Z') },
    }
  }
  store.update(budgets, budget.metadata?.namespace, budget.metadata?.name ?? '', write, { subresource: 'status' })
}

export async function handleEviction({ store }: ApiContext, request: KindRequest): Promise<Reply> {
  const { row, info, query } = request
  const body = await readBody(request.incoming)
  const pod = store.get('pods', info.namespace, info.name)
  if (pod === undefined) throw notFound(row, info.name)
  const sent = isJson(body) && isJson(body.deleteOptions) ? body.deleteOptions : {}
  const dryRun = isDryRun(query) || (Array.isArray(sent.dryRun) && sent.dryRun.includes('All'))
  spendBudget(store, pod, dryRun)
  const options: DeleteOptions = {
    ...(sent.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: Number(sent.gracePeriodSeconds) }),
    ...(isJson(sent.preconditions) ? { preconditions: sent.preconditions } : {}),
  }
  if (!dryRun) store.delete('pods', info.namespace, info.name, options)
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } }
}
