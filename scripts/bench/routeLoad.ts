import { text } from 'node:stream/consumers'
import autocannon from 'autocannon'

/** The load of `route.ts`, in a process of its own: the plan comes on standard input, the figures go to standard output. */
export interface LoadPlan {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  /** Tasks to rate, in turn. */
  readonly ids: readonly string[]
  readonly rating: object
  readonly token: string
}

export interface LoadReport {
  /** A second. */
  readonly requests: number
  /** What was not answered with 2xx. */
  readonly failures: number
}

const plan = JSON.parse(await text(process.stdin)) as LoadPlan
const requests = plan.ids.map((id) => ({
  method: 'PUT' as const,
  path: `/api/tasks/${id}/feedback`,
  headers: { authorization: `Bearer ${plan.token}`, 'content-type': 'application/json' },
  body: JSON.stringify(plan.rating),
}))
let started = 0
const result = await autocannon({
  url: plan.url,
  connections: plan.connections,
  duration: plan.seconds,
  // Each connection begins elsewhere, so that they do not wait for each other's row.
  setupClient: (client) => {
    const first = Math.floor((started * requests.length) / plan.connections)
    started += 1
    client.setRequests([...requests.slice(first), ...requests.slice(0, first)])
  },
})
const report: LoadReport = {
  requests: result.requests.average,
  failures: result.non2xx + result.errors + result.timeouts,
}
process.stdout.write(JSON.stringify(report))
