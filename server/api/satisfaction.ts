import { Gauge, type Registry } from 'prom-client'
import type { Database } from '../database/connection.ts'
import { userSatisfaction } from '../database/feedback.ts'

/** What users think of results. Every replica publishes the same number: queries take the maximum over them. */
export function measureSatisfaction(registry: Registry, database: Database): void {
  new Gauge({
    name: 'user_satisfaction',
    help: 'Mean rating of results, 1 to 5, over the last 30 days; absent without a rating. The same number from every replica.',
    registers: [registry],
    async collect() {
      // A database that is away must not take the other metrics with it; the last number stays.
      const satisfaction = await userSatisfaction(database).catch(() => undefined)
      if (satisfaction?.mean === null) this.remove()
      else if (satisfaction !== undefined) this.set(satisfaction.mean)
    },
  })
}
