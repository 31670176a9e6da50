import { sql } from 'kysely'
import type { AnyDatabase } from './tasks.ts'

export interface Tenant {
  readonly name: string
  /** US dollars a calendar month (UTC); null means no limit. */
  readonly monthlyBudget: number | null
  /** US dollars since the month began. */
  readonly spentThisMonth: number
}

const monthBegan = sql`date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'`

/** US dollars that a tenant's calls have cost since the month began (UTC). */
export async function spentThisMonth(database: AnyDatabase, tenant: string): Promise<number> {
  const { rows } = await sql<{ cost: string }>`
    SELECT coalesce(sum(cost), 0) AS cost FROM archon_cost_tracking WHERE tenant = ${tenant} AND recorded_at >= ${monthBegan}
  `.execute(database)
  return Number(rows[0]?.cost ?? 0)
}

/** Tenants by name, with what they have spent. */
export async function listTenants(database: AnyDatabase, names?: readonly string[]): Promise<Tenant[]> {
  const { rows } = await sql<{ name: string; monthly_budget: string | null; spent: string }>`
    SELECT tenant.name, tenant.monthly_budget,
      coalesce((SELECT sum(cost) FROM archon_cost_tracking WHERE tenant = tenant.name AND recorded_at >= ${monthBegan}), 0) AS spent
    FROM archon_tenants AS tenant WHERE ${names ?? null}::text[] IS NULL OR tenant.name = ANY(${names ?? null}) ORDER BY tenant.name
  `.execute(database)
  return rows.map(({ name, monthly_budget, spent }) => ({
    name,
    monthlyBudget: monthly_budget === null ? null : Number(monthly_budget),
    spentThisMonth: Number(spent),
  }))
}

/** Makes the tenant, or changes its budget. Tasks that start from now on keep to it. */
export async function putTenant(database: AnyDatabase, name: string, monthlyBudget: number | null): Promise<void> {
  await database
    .insertInto('archon_tenants')
    .values({ name, monthly_budget: monthlyBudget })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ monthly_budget: monthlyBudget }))
    .execute()
}
