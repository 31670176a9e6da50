import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export interface LiveMetrics {
  readonly connections: Gauge
  /** Called for each message; it costs nothing until somebody asks for the metrics. */
  readonly countMessage: () => void
  readonly slowClients: Counter
  readonly lag: Histogram
  readonly reads: Counter<'role'>
}

export function createLiveMetrics(registry: Registry): LiveMetrics {
  const registers = [registry]
  let uncounted = 0
  new Counter({
    name: 'websocket_messages_total',
    help: 'Messages sent to WebSockets.',
    registers,
    collect() {
      this.inc(uncounted)
      uncounted = 0
    },
  })
  return {
    connections: new Gauge({ name: 'websocket_connections', help: 'WebSockets that are open now.', registers }),
    countMessage: () => (uncounted += 1),
    slowClients: new Counter({
      name: 'websocket_slow_clients_total',
      help: 'Clients that were dropped because they did not read.',
      registers,
    }),
    lag: new Histogram({
      name: 'websocket_fanout_lag_milliseconds',
      help: 'From the announcement of a change by PostgreSQL to its hand-over to the sockets of this replica.',
      buckets: [1, 5, 10, 25, 50, 100, 150, 250, 500, 1_000, 2_500, 5_000, 10_000],
      registers,
    }),
    reads: new Counter({
      name: 'websocket_batches_total',
      help: 'Batches of changes told on this replica, by who read them from the database: itself, or the leader.',
      labelNames: ['role'] as const,
      registers,
    }),
  }
}
