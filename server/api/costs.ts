import { z } from 'zod'
import { costsByDay, costsByTask, costsByTier } from '../database/costs.ts'
import { modelTiers } from '../database/tables.ts'
import { read, type Route } from './route.ts'
import { line } from '../common/texts.ts'

const moment = z.iso.datetime({ offset: true })
const monthMilliseconds = 30 * 86_400_000

const filter = z.object({
  from: moment.optional().describe('Inclusive; 30 days ago unless given.'),
  to: moment.optional().describe('Exclusive.'),
  tenant: line(63).optional(),
})

const recent = (query: z.output<typeof filter>) => ({
  ...query,
  from: query.from ?? new Date(Date.now() - monthMilliseconds).toISOString(),
})

const sum = {
  calls: z.number().int(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  cost: z.number().describe('US dollars.'),
}

const common = { tag: 'costs', permission: 'read_only' } as const

/** What the models cost. */
export const costRoutes: readonly Route[] = [
  read({
    ...common,
    url: '/costs/tiers',
    id: 'sumCostsByTier',
    summary: 'Costs by model tier, the dearest first',
    query: filter,
    response: z.object({ tiers: z.array(z.object({ tier: z.enum(modelTiers), ...sum })) }),
    handle: async ({ database, query }) => ({ tiers: await costsByTier(database, recent(query)) }),
  }),
  read({
    ...common,
    url: '/costs/days',
    id: 'sumCostsByDay',
    summary: 'Costs by day (UTC), newest first',
    query: filter,
    response: z.object({ days: z.array(z.object({ day: z.string(), ...sum })) }),
    handle: async ({ database, query }) => ({ days: await costsByDay(database, recent(query)) }),
  }),
  read({
    ...common,
    url: '/costs/tasks',
    id: 'sumCostsByTask',
    summary: 'The dearest tasks',
    query: filter.extend({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
    response: z.object({ tasks: z.array(z.object({ taskId: z.uuid(), ...sum })) }),
    handle: async ({ database, query }) => ({
      tasks: await costsByTask(database, { ...recent(query), limit: query.limit }),
    }),
  }),
]
