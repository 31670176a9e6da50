import type { Preflight, Found } from './types.ts'
import type { Check } from '#shared/contract/plan.ts'
import { asConsoleError } from '#shared/errors.ts'

import { capacityCheck } from './capacity.ts'
import { imagesCheck } from './images.ts'
import { ingressCheck } from './ingress.ts'
import { kindsCheck } from './kinds.ts'
import { metricsCheck } from './metrics.ts'
import { quotaCheck } from './quota.ts'
import { rightsCheck } from './rights.ts'
import { unknown } from './results.ts'
import { storageCheck } from './storage.ts'
import { kubernetesCheck, nodesCheck } from './versions.ts'

const checks: readonly [title: string, run: (preflight: Preflight) => Promise<Found>][] = [
  ['Kubernetes version', kubernetesCheck],
  ['Node versions', nodesCheck],
  ['Kinds served by the cluster', kindsCheck],
  ['Your rights', rightsCheck],
  ['Storage', storageCheck],
  ['Quota', quotaCheck],
  ['Images', imagesCheck],
  ['Ingress class', ingressCheck],
  ['Metrics', metricsCheck],
  ['Free capacity', capacityCheck],
]

/** What can be checked first. A check that cannot be made says so, and never passes. */
export async function runChecks(preflight: Preflight): Promise<Check[]> {
  const found = await Promise.all(
    checks.map(async ([title, run]): Promise<Check[]> => {
      try {
        const result = await run(preflight)
        return result ? [{ title, ...result }] : []
      } catch (thrown) {
        const { code, message } = asConsoleError(thrown)
        if (code === 'CANCELLED') throw thrown
        const remedy = code === 'FORBIDDEN' ? 'Ask for the right to read it.' : 'Plan again.'
        return [{ title, ...unknown(`Could not be checked. ${message}`, remedy) }]
      }
    }),
  )
  return found.flat()
}
