import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

const milliseconds = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000]

export interface ServiceMetrics {
  readonly registry: Registry
  readonly responseTime: Histogram<'method' | 'route' | 'status'>
  readonly queryTime: Histogram
}

/** The metrics of the guide that every service has, under the guide's names with their unit; each service adds its own. */
export function createMetrics(service: string): ServiceMetrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const responseTime = new Histogram({
    name: 'api_response_time_milliseconds',
    help: 'Time from the arrival of a request to the end of its response.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: milliseconds,
    registers: [registry],
  })
  const queryTime = new Histogram({
    name: 'database_query_time_milliseconds',
    help: 'Time of a database query as the service sees it.',
    buckets: milliseconds,
    registers: [registry],
  })
  return { registry, responseTime, queryTime }
}
