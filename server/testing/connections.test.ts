import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { databaseVariables } from '../common/configuration.ts'
import { profileNames, readProfile, renderManifests, type KubernetesObject } from './renderManifests.ts'

const variable = z.looseObject({ name: z.string(), value: z.string().optional() })
const workload = z.looseObject({
  replicas: z.number().optional(),
  template: z.looseObject({
    spec: z.looseObject({
      containers: z.array(z.looseObject({ args: z.array(z.string()).default([]), env: z.array(variable).default([]) })),
    }),
  }),
})

/** What each replica opens beside its pool: the connection that hears of changes; for the agents, the one that hears of jobs. */
const listeners: Readonly<Record<string, number>> = { backend: 1, mcp: 1, frontend: 1, agents: 2 }
/** PostgreSQL's default, for people who repair: superuser_reserved_connections. */
const reserved = 3
/** Jobs and tools that come and go: migrate, reembed, rotate-encryption-key or a backup; an exporter; a terminal. */
const visitors = 12

function maxConnections(objects: readonly KubernetesObject[]): number {
  const database = objects.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'postgresql')
  const [, value] = /max_connections=(\d+)/.exec(JSON.stringify(database)) ?? []
  return Number(value ?? 100)
}

function poolSize(service: z.infer<typeof workload>['template']['spec']['containers'][number]): number {
  const given = service.env.find(({ name }) => name === 'DATABASE_POOL_SIZE')?.value
  return databaseVariables.DATABASE_POOL_SIZE.parse(given)
}

describe.each(profileNames())('the profile %s', (profile) => {
  const values = readProfile(profile)
  const objects = renderManifests(values)

  it('lets every replica there may be, and one more of each during a rollout, open all of its connections', () => {
    let most = reserved + visitors
    const services: string[] = []
    for (const object of objects.filter(({ kind }) => kind === 'Deployment')) {
      const { replicas = Number(values.backendMaxReplicas), template } = workload.parse(object.spec)
      for (const container of template.spec.containers) {
        const name = container.args[0] ?? ''
        const own = listeners[name]
        if (own === undefined) continue
        services.push(name)
        most += (replicas + 1) * (poolSize(container) + own)
      }
    }
    expect(services.sort()).toEqual(Object.keys(listeners).sort())
    expect(most).toBeLessThanOrEqual(maxConnections(objects))
  })
})
