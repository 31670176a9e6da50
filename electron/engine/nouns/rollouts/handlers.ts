import { engine } from '../../rpc/router.ts'
import { Rollouts, type RolloutsNeeds } from './rollouts.ts'
import type { WorkloadName } from './workload.ts'

export function rolloutsNoun(needs: RolloutsNeeds) {
  const rollouts = new Rollouts(needs)
  const handlers = {
    detail: engine.rollouts.detail.handler(({ input, signal }) => rollouts.detail(nameOf(input), signal)),
    impact: engine.rollouts.impact.handler(({ input, signal }) => rollouts.impact(nameOf(input), input.change, signal)),
    change: engine.rollouts.change.handler(({ input }) => rollouts.change(nameOf(input), input.change)),
  }
  return { handlers }
}

const nameOf = ({ context, namespace, kind, name }: WorkloadName): WorkloadName => ({
  context,
  namespace,
  kind,
  name,
})
