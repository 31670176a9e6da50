import { z } from 'zod'
import { Problem } from '../common/problems.ts'
import { listTenants, putTenant } from '../database/tenants.ts'
import { read, write, type Route } from './route.ts'
import { line } from '../common/texts.ts'

const tenant = z.object({
  name: z.string(),
  monthlyBudget: z.number().nullable().describe('US dollars a calendar month (UTC); null means no limit.'),
  spentThisMonth: z.number(),
})

const tag = 'tenants'

/** Who pays, and how much at most. */
export const tenantRoutes: readonly Route[] = [
  read({
    url: '/tenants',
    id: 'listTenants',
    tag,
    summary: 'Tenants with their budgets and what they have spent',
    permission: 'read_only',
    response: z.object({ tenants: z.array(tenant) }),
    handle: async ({ database }) => ({ tenants: await listTenants(database) }),
  }),
  write({
    method: 'PUT',
    url: '/tenants/:name',
    id: 'putTenant',
    tag,
    summary: 'Make a tenant, or change its monthly budget; tasks that start from now on keep to it',
    permission: 'administrator',
    params: z.object({ name: line(63).regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and dashes') }),
    body: z.object({ monthlyBudget: z.number().min(0).max(10_000_000).nullable() }),
    response: tenant,
    audit: {
      event: 'tenant.changed',
      details: ({ params, body }) => ({ tenant: params.name, monthlyBudget: body.monthlyBudget }),
    },
    handle: async ({ params, body, transaction }) => {
      await putTenant(transaction, params.name, body.monthlyBudget)
      const [stored] = await listTenants(transaction, [params.name])
      if (stored === undefined) throw new Problem(404, 'no-such-tenant', 'There is no tenant of this name.')
      return stored
    },
  }),
]
