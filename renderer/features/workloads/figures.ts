import type { Scope } from '#shared/contract/base.ts'
import { useFoldedStream } from '../../client/index.ts'
import { foldFigures, noFigures, type MetricsBatch, type PodFigures } from './pods/podMetrics.ts'

/** Usage of every pod of the scope, an hour of it. */
export function useFigures(scope: Scope | null): PodFigures {
  const { value, error } = useFoldedStream<MetricsBatch, PodFigures>(
    scope ? (client, signal) => client.metrics.watch(scope, { signal }) : null,
    (before, batch) => foldFigures(before ?? noFigures, batch),
    [scope?.context, scope?.namespace],
  )
  if (value) return value
  return error ? { ...noFigures, unavailable: error } : noFigures
}
