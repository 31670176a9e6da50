import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { pathOf } from './paths.ts'
import { parseQuantity } from './quantity.ts'
import type { ClusterConnection, PodUsage } from './types.ts'

interface PodMetricsList {
  items?:
    | {
        metadata: { name: string; namespace: string }
        timestamp: string
        containers?: { name: string; usage?: { cpu?: string; memory?: string } | null }[] | null
      }[]
    | null
}

const resource = { group: 'metrics.k8s.io', version: 'v1beta1', name: 'pods', namespaced: true }

/**
 * Usage per pod. A pod that runs but is not in the answer is too new for a sample: that is not zero usage.
 * @param namespace absent: all namespaces
 * @throws METRICS_ABSENT (no metrics API), METRICS_NOT_READY (there, but without data yet), METRICS_FORBIDDEN
 */
export async function podMetrics(
  connection: ClusterConnection,
  namespace?: string,
  options: { labelSelector?: string; signal?: AbortSignal } = {},
): Promise<PodUsage[]> {
  const { labelSelector, signal } = options
  try {
    const list = await connection.request<PodMetricsList>('GET', pathOf(resource, { namespace }), {
      query: { labelSelector },
      retries: 0,
      ...(signal ? { signal } : {}),
    })
    return (list.items ?? []).map(({ metadata, timestamp, containers }) => ({
      namespace: metadata.namespace,
      pod: metadata.name,
      timestamp,
      containers: (containers ?? []).map(({ name, usage }) => ({
        name,
        cpuCores: parseQuantity(usage?.cpu ?? '0'),
        memoryBytes: parseQuantity(usage?.memory ?? '0'),
      })),
    }))
  } catch (thrown) {
    throw explain(asConsoleError(thrown))
  }
}

function explain(error: ConsoleError): ConsoleError {
  switch (error.details['status']) {
    case 404:
      return new ConsoleError(
        'METRICS_ABSENT',
        'This cluster has no metrics API, so CPU and memory are not shown. Everything else works. Install metrics-server to see them.',
        error.details,
      )
    case 503:
      return new ConsoleError(
        'METRICS_NOT_READY',
        "The cluster's metrics API does not answer yet. This often passes within a minute after its start; else look at metrics-server.",
        error.details,
      )
    case 403:
      return new ConsoleError(
        'METRICS_FORBIDDEN',
        'Your account may not read pod metrics. Everything else works. Ask for the right to list pods in metrics.k8s.io.',
        error.details,
      )
    default:
      return error
  }
}
