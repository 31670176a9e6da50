import { describe, expect, it } from 'vitest'
import { databaseVariables } from '../../../server/common/configuration.ts'
import { checkValues } from '../index.ts'
import type { KubeObject } from '#shared/kubeObject.ts'
import { readBundle } from '../../../scripts/render/rendered.ts'
import { replicasOf, variants, workloadsOf, type Workload } from './testing/variants.ts'

/** What each replica opens beside its pool: the connection that hears of changes; for the agents, the one that hears of jobs. */
const listeners: Readonly<Record<string, number>> = { backend: 1, mcp: 1, frontend: 1, agents: 2 }
/** PostgreSQL's default, for people who repair: superuser_reserved_connections. */
const reserved = 3
/** Jobs and tools that come and go: migrate, reembed, rotate-encryption-key or a backup; an exporter; a terminal. */
const visitors = 12

function maxConnections(objects: readonly KubeObject[]): number {
  const database = objects.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'postgresql')
  const [, value] = /max_connections=(\d+)/.exec(JSON.stringify(database)) ?? []
  return Number(value ?? 100)
}

function poolSize(service: Workload['spec']['template']['spec']['containers'][number]): number {
  const given = service.env.find(({ name }) => name === 'DATABASE_POOL_SIZE')?.value
  return databaseVariables.DATABASE_POOL_SIZE.parse(given)
}

/** Every replica there may be, and one more of each during a rollout, with all of its connections. */
function mostConnections(objects: KubeObject[]): { most: number; services: string[] } {
  let most = reserved + visitors
  const services: string[] = []
  for (const workload of workloadsOf(objects).filter(({ object }) => object.kind === 'Deployment')) {
    for (const container of workload.spec.template.spec.containers) {
      const name = container.args[0] ?? ''
      const own = listeners[name]
      if (own === undefined) continue
      services.push(name)
      most += (replicasOf(workload, objects) + 1) * (poolSize(container) + own)
    }
  }
  return { most, services }
}

describe.each(await variants())('$name', ({ objects }) => {
  it('lets every replica there may be, and one more of each during a rollout, open all of its connections', () => {
    const { most, services } = mostConnections(objects)
    expect(services.sort()).toEqual(Object.keys(listeners).sort())
    expect(most).toBeLessThanOrEqual(maxConnections(objects))
  })
})

describe('a values file', () => {
  it('is refused from the first connection on that would be one too many', async () => {
    const bundle = await readBundle()
    const production = (await variants()).find(({ name }) => name === 'production')
    const { most } = mostConnections(production?.objects ?? [])
    const faults = (maximum: number) =>
      checkValues(bundle, 'production', `postgresql: { maxConnections: ${maximum} }`).faults.map(({ path }) => path)
    expect(faults(most)).toEqual([])
    expect(faults(most - 1)).toEqual(['postgresql.maxConnections'])
  })
})
