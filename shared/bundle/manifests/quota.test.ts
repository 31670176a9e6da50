import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseQuantity } from '../../../electron/engine/kube/index.ts'
import { replicasOf, text, titleOf, variants, workloadsOf, type Workload } from './testing/variants.ts'

const hardOf = z.object({ hard: text })
const limitsOf = z.object({
  limits: z.array(z.looseObject({ type: z.string(), max: text.optional(), min: text.optional() })),
})
const claims = z.looseObject({
  volumeClaimTemplates: z
    .array(z.object({ spec: z.looseObject({ resources: z.object({ requests: text }) }) }))
    .default([]),
})
const claim = z.looseObject({ resources: z.object({ requests: text }) })

/** Pods beyond the replicas while it is rolled out: a surge of one, unless the old pod goes first; a Job has one pod at a time. */
const surgeOf = ({ object, spec }: Workload) =>
  object.kind === 'Deployment' && spec.strategy?.type !== 'Recreate' ? 1 : 0

describe.each(await variants())('$name', ({ objects }) => {
  const hard = hardOf.parse(objects.find(({ kind }) => kind === 'ResourceQuota')?.spec).hard
  const workloads = workloadsOf(objects)

  it.each(['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const)(
    'fits its quota of %s with every replica, a rolling update of everything, and all Jobs at once',
    (name) => {
      const [half, resource] = name.split('.') as ['requests' | 'limits', string]
      const sum = workloads.reduce((total, workload) => {
        const pods = replicasOf(workload, objects) + surgeOf(workload)
        const each = workload.spec.template.spec.containers.map(({ resources }) =>
          parseQuantity(resources[half][resource] ?? 'x'),
        )
        return total + pods * each.reduce((all, one) => all + one, 0)
      }, 0)
      expect(sum).toBeGreaterThan(0)
      expect(sum).toBeLessThanOrEqual(parseQuantity(hard[name] ?? '0'))
    },
  )

  it('fits its quota of storage and volumes', () => {
    const sizes = objects.flatMap((object) => {
      if (object.kind === 'PersistentVolumeClaim') return [claim.parse(object.spec).resources.requests['storage'] ?? '']
      if (object.kind !== 'StatefulSet') return []
      return claims.parse(object.spec).volumeClaimTemplates.map(({ spec }) => spec.resources.requests['storage'] ?? '')
    })
    const sum = sizes.reduce((total, size) => total + parseQuantity(size), 0)
    expect(sum).toBeLessThanOrEqual(parseQuantity(hard['requests.storage'] ?? '0'))
    expect(sizes.length).toBeLessThanOrEqual(Number(hard['persistentvolumeclaims']))
  })

  it('says for every container what it needs, so that neither quota nor limits decide it', () => {
    const ranges = objects
      .filter(({ kind }) => kind === 'LimitRange')
      .flatMap(({ spec }) => limitsOf.parse(spec).limits)
    for (const { object, spec } of workloads) {
      for (const { resources } of spec.template.spec.containers) {
        for (const name of ['cpu', 'memory']) {
          const [request, limit] = [resources.requests[name] ?? '', resources.limits[name] ?? ''].map(parseQuantity)
          expect([titleOf(object), Number(request) > 0, Number(request) <= Number(limit)]).toEqual([
            titleOf(object),
            true,
            true,
          ])
          for (const { max, min } of ranges) {
            expect(Number(limit)).toBeLessThanOrEqual(parseQuantity(max?.[name] ?? '1Ei'))
            expect(Number(request)).toBeGreaterThanOrEqual(parseQuantity(min?.[name] ?? '0'))
          }
        }
      }
    }
  })
})

describe('the sandbox', () => {
  it('asks for less than two processors at rest', async () => {
    const objects = (await variants()).find(({ name }) => name === 'sandbox')?.objects ?? []
    const atRest = workloadsOf(objects)
      .filter(({ object }) => object.kind !== 'Job')
      .flatMap((workload) =>
        workload.spec.template.spec.containers.map(
          ({ resources }) => parseQuantity(resources.requests['cpu'] ?? '') * replicasOf(workload, objects),
        ),
      )
    expect(atRest.reduce((sum, each) => sum + each, 0)).toBeLessThan(2)
  })
})
