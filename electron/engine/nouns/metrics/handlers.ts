import { engine } from '../../rpc/router.ts'
import { Metrics, type MetricsNeeds } from './history.ts'

export function metricsNoun(needs: MetricsNeeds) {
  const metrics = new Metrics(needs)
  const handlers = { watch: engine.metrics.watch.handler(({ input, signal }) => metrics.watch(input, signal)) }
  return { handlers, stop: () => metrics.stop() }
}
