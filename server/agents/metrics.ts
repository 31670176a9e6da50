import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { listAgents } from '../database/agents.ts'
import type { Database } from '../database/connection.ts'
import { modelTiers, type ModelTier } from '../database/tables.ts'
import type { EndedTask } from '../database/taskExecution.ts'
import { countOpenTasks } from '../database/tasks.ts'

export interface PoolUse {
  readonly tier: ModelTier
  readonly busy: number
  readonly size: number
}

/** Dollars: from a fraction of a cent to a dear one. */
const dollars = [0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** The metrics of the agents. @returns what notes the end of a task */
export function taskMetrics(
  registry: Registry,
  database: Database,
  poolUse: () => readonly PoolUse[],
): (ended: Pick<EndedTask, 'state' | 'tier' | 'seconds' | 'cost'>) => void {
  const registers = [registry]
  const finished = new Counter({
    name: 'tasks_completed_total',
    help: 'Tasks that this process ended, by how they ended.',
    labelNames: ['state', 'tier'] as const,
    registers,
  })
  const duration = new Histogram({
    name: 'task_completion_time_seconds',
    help: 'Time from the first start of a task to its end.',
    labelNames: ['tier'] as const,
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1_800],
    registers,
  })
  const cost = new Histogram({
    name: 'cost_per_task_dollars',
    help: 'What all attempts of an ended task cost, in US dollars.',
    labelNames: ['tier'] as const,
    buckets: dollars,
    registers,
  })
  addGauges(registry, database, poolUse)
  return (ended) => {
    const { state, tier } = ended
    // It comes back.
    if (state === 'queued') return
    finished.inc({ state, tier })
    duration.observe({ tier }, ended.seconds)
    cost.observe({ tier }, ended.cost)
  }
}

/** Values that are read at a scrape. One that happens while the database is away gives the other metrics. */
function addGauges(registry: Registry, database: Database, poolUse: () => readonly PoolUse[]): void {
  const registers = [registry]
  const successRate: Gauge<'agent' | 'tier'> = new Gauge({
    name: 'agent_success_rate',
    help: "Share of an agent's finished tasks that completed, 0 to 1.",
    labelNames: ['agent', 'tier'] as const,
    registers,
    collect: async () => {
      const agents = await listAgents(database).catch(() => undefined)
      if (agents === undefined) return
      successRate.reset()
      for (const { name: agent, modelTier: tier, successRate: rate } of agents) successRate.set({ agent, tier }, rate)
    },
  })
  const depth: Gauge<'tier' | 'state'> = new Gauge({
    name: 'task_queue_depth',
    help: 'Tasks that wait, run, or are dead letters; of all replicas together.',
    labelNames: ['tier', 'state'] as const,
    registers,
    collect: async () => {
      const counts = await countOpenTasks(database).catch(() => undefined)
      if (counts === undefined) return
      for (const tier of modelTiers) {
        for (const state of ['queued', 'running', 'dead'] as const) {
          const found = counts.find((count) => count.tier === tier && count.state === state)
          depth.set({ tier, state }, found?.tasks ?? 0)
        }
      }
    },
  })
  const busy: Gauge<'tier'> = new Gauge({
    name: 'agent_pool_busy',
    help: 'Tasks that this process works on.',
    labelNames: ['tier'] as const,
    registers,
    collect: () => {
      for (const use of poolUse()) busy.set({ tier: use.tier }, use.busy)
    },
  })
  const size: Gauge<'tier'> = new Gauge({
    name: 'agent_pool_size',
    help: 'Tasks that this process may work on at the same time.',
    labelNames: ['tier'] as const,
    registers,
    collect: () => {
      for (const use of poolUse()) size.set({ tier: use.tier }, use.size)
    },
  })
}
