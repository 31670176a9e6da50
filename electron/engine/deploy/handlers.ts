import type { Scope } from '#shared/contract/base.ts'
import { engine } from '../router.ts'
import type { Deployments } from './deployments.ts'

export function deployHandlers(deployments: Deployments) {
  return {
    status: engine.deploy.status.handler(({ input, signal }) => deployments.status(scopeOf(input), signal)),
    plan: engine.deploy.plan.handler(({ input, signal }) =>
      deployments.plan(scopeOf(input), input.profile, input.version, signal),
    ),
    apply: engine.deploy.apply.handler(({ input }) => deployments.apply(scopeOf(input), input.planId)),
    resume: engine.deploy.resume.handler(({ input }) => deployments.resume(scopeOf(input), input.runId)),
    undo: engine.deploy.undo.handler(({ input }) => deployments.undo(scopeOf(input), input.runId)),
  }
}

const scopeOf = ({ cluster, namespace }: Scope): Scope => ({ cluster, namespace })
