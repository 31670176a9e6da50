import { discover } from '../../../kube/index.ts'
import type { Found, Preflight } from './types.ts'
import { failed, passed, warning } from './results.ts'

/** Kinds that come with software of their own, and the value that leaves them out of the release. */
const optional: Readonly<Record<string, string>> = {
  ServiceMonitor: 'The Prometheus Operator brings it. Set monitoring.operator to false, or install the operator.',
  PodMonitor: 'The Prometheus Operator brings it. Set monitoring.operator to false, or install the operator.',
  PrometheusRule: 'The Prometheus Operator brings it. Set monitoring.operator to false, or install the operator.',
  HTTPRoute: 'The Gateway API brings it. Set gateway.enabled to false and use an Ingress, or install the Gateway API.',
  Gateway: 'The Gateway API brings it. Set gateway.enabled to false and use an Ingress, or install the Gateway API.',
}

export async function kindsCheck({ connection, objects, signal }: Preflight): Promise<Found> {
  // Asked again: software may have been installed since the last look.
  const resources = await discover(connection, { refresh: true, signal })
  const kinds = [
    ...new Map(objects.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }])).values(),
  ]
  const missing = kinds.filter(({ apiVersion, kind }) => resources.ofKind(apiVersion, kind) === undefined)
  if (missing.length > 0) {
    const remedies = missing.map(
      ({ kind }) => optional[kind] ?? `Switch off what needs ${kind}, or install what serves it.`,
    )
    const names = missing.map(({ apiVersion, kind }) => `${kind} (${apiVersion})`)
    return failed(`Not served: ${names.join(', ')}.`, [...new Set(remedies)].join(' '))
  }
  const { broken } = resources
  if (broken.length > 0)
    return warning(
      `All ${kinds.length} kinds. These APIs do not answer: ${broken.map(({ groupVersion }) => groupVersion).join(', ')}. Until they do, namespaces cannot be deleted.`,
      'Look at the APIService objects and the pods behind them.',
    )
  return passed(`All ${kinds.length} kinds.`)
}
