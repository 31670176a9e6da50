import { asConsoleError } from '#shared/errors.ts'
import { podMetrics } from '../../../kube/index.ts'
import type { Found, Preflight } from './types.ts'
import { passed, unknown, warning } from './results.ts'

/** Autoscalers need the metrics API; it can be absent, not ready, closed to this user, or too young for samples. */
export async function metricsCheck({ connection, namespace, objects, signal }: Preflight): Promise<Found> {
  if (!objects.some(({ kind }) => kind === 'HorizontalPodAutoscaler')) return undefined
  const scaling = 'The autoscalers of the release stay at their minimum until it does.'
  try {
    const usage = await podMetrics(connection, namespace, { signal })
    return passed(
      usage.length > 0
        ? 'The metrics API answers.'
        : 'The metrics API answers; new pods get their first sample within a minute or two.',
    )
  } catch (thrown) {
    const { code, message } = asConsoleError(thrown)
    if (code === 'METRICS_ABSENT')
      return warning(`The cluster has no metrics API. ${scaling}`, 'Install metrics-server.')
    if (code === 'METRICS_NOT_READY')
      return warning(
        `The metrics API does not answer yet. ${scaling}`,
        'Wait a minute, then look at the pods of metrics-server.',
      )
    if (code === 'METRICS_FORBIDDEN')
      return unknown(
        'Could not be checked: you may not read the metrics. The autoscalers have rights of their own and are not affected by yours.',
        'Ask for the right to list pods.metrics.k8s.io.',
      )
    return warning(`${message} ${scaling}`, 'Plan again; then look at metrics-server.')
  }
}
