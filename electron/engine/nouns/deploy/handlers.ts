import type { Scope } from '#shared/contract/base.ts'
import { engine } from '../../rpc/router.ts'
import type { Deployments } from './deployments.ts'
import type { Drift } from './drift/drift.ts'
import type { Releases } from './releases/releases.ts'

const scopeOf = ({ context: cluster, namespace }: Scope): Scope => ({ context: cluster, namespace })

export function deployHandlers(deployments: Deployments) {
  return {
    status: engine.deploy.status.handler(({ input, signal }) => deployments.status(scopeOf(input), signal)),
    checkValues: engine.deploy.checkValues.handler(({ input }) => deployments.checkValues(input.profile, input.values)),
    plan: engine.deploy.plan.handler(({ input, signal }) => {
      const { profile, version, values } = input
      return deployments.plan(scopeOf(input), { profile, version, values }, signal)
    }),
    planRollback: engine.deploy.planRollback.handler(({ input, signal }) =>
      deployments.planRollback(scopeOf(input), input.releaseId, signal),
    ),
    apply: engine.deploy.apply.handler(({ input }) => deployments.apply(scopeOf(input), input.planId, input)),
    resume: engine.deploy.resume.handler(({ input }) => deployments.resume(scopeOf(input), input.runId)),
    undo: engine.deploy.undo.handler(({ input }) => deployments.undo(scopeOf(input), input.runId)),
  }
}

export function releaseHandlers(releases: Releases) {
  return {
    list: engine.releases.list.handler(({ input, signal }) => releases.list(scopeOf(input), signal)),
    detail: engine.releases.detail.handler(({ input, signal }) =>
      releases.detail(scopeOf(input), input.releaseId, signal),
    ),
    difference: engine.releases.difference.handler(({ input, signal }) =>
      releases.difference(scopeOf(input), input.from, input.to, signal),
    ),
  }
}

export function driftHandlers(drift: Drift) {
  return {
    check: engine.drift.check.handler(({ input, signal }) => drift.check(scopeOf(input), signal)),
    revert: engine.drift.revert.handler(({ input }) => drift.revert(scopeOf(input), input.ids)),
    adopt: engine.drift.adopt.handler(({ input }) => drift.adopt(scopeOf(input), input.ids)),
  }
}
