import { z } from 'zod'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { readQuantity } from '#shared/quantity.ts'
import { pathOf } from './paths.ts'
import type { ClusterConnection, PodUsage } from './types.ts'

interface PodMetricsList {
  items?: unknown[]
}

const figure = z.union([z.string(), z.number()]).transform(readQuantity).pipe(z.number().nonnegative())

const podMetricsItem = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  timestamp: z.string(),
  containers: z.array(
    z
      .object({ name: z.string(), usage: z.object({ cpu: figure, memory: figure }) })
      .transform(({ name, usage }) => ({ name, cpuCores: usage.cpu, memoryBytes: usage.memory })),
  ),
})

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
      sanitised: true,
      ...(signal ? { signal } : {}),
    })
    return (list.items ?? []).flatMap(usageOf)
  } catch (thrown) {
    throw explain(asConsoleError(thrown))
  }
}

/** Nothing where a figure is missing or none: a pod that is only partly known is not known. */
function usageOf(item: unknown): PodUsage[] {
  const read = podMetricsItem.safeParse(item)
  if (!read.success || read.data.containers.length === 0) return []
  const { metadata, timestamp, containers } = read.data
  return [{ namespace: metadata.namespace, pod: metadata.name, timestamp, containers }]
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
