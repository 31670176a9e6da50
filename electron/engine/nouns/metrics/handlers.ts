import { engine } from '../../rpc/router.ts'
import type { Metrics } from './history.ts'

export function metricsHandlers(metrics: Metrics) {
  return { watch: engine.metrics.watch.handler(({ input, signal }) => metrics.watch(input, signal)) }
}
