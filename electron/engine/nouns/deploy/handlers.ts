import type { Scope } from '#shared/contract/base.ts'
import { engine } from '../../rpc/router.ts'
import { Deployments } from './deployments.ts'
import { Drift } from './drift/drift.ts'
import type { DeploymentsNeeds } from './needs.ts'
import { Releases } from './releases/releases.ts'
import { Uninstall, type UninstallNeeds } from './uninstall/uninstall.ts'

const scopeOf = ({ context, namespace }: Scope): Scope => ({ context, namespace })

export function deployNoun(needs: DeploymentsNeeds) {
  const deployments = new Deployments(needs)
  const handlers = {
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
  return { handlers }
}

export function releasesNoun(needs: Pick<DeploymentsNeeds, 'directory'>) {
  const releases = new Releases(needs)
  const handlers = {
    list: engine.releases.list.handler(({ input, signal }) => releases.list(scopeOf(input), signal)),
    detail: engine.releases.detail.handler(({ input, signal }) =>
      releases.detail(scopeOf(input), input.releaseId, signal),
    ),
    difference: engine.releases.difference.handler(({ input, signal }) =>
      releases.difference(scopeOf(input), input.from, input.to, signal),
    ),
  }
  return { handlers }
}

export function driftNoun(needs: DeploymentsNeeds) {
  const drift = new Drift(needs)
  const handlers = {
    check: engine.drift.check.handler(({ input, signal }) => drift.check(scopeOf(input), signal)),
    revert: engine.drift.revert.handler(({ input }) => drift.revert(scopeOf(input), input.ids)),
    adopt: engine.drift.adopt.handler(({ input }) => drift.adopt(scopeOf(input), input.ids)),
  }
  return { handlers }
}

export function uninstallNoun(needs: UninstallNeeds) {
  const uninstall = new Uninstall(needs)
  const handlers = {
    plan: engine.uninstall.plan.handler(({ input, signal }) => uninstall.plan(scopeOf(input), signal)),
    start: engine.uninstall.start.handler(({ input }) => uninstall.start(scopeOf(input), input.planId, input)),
  }
  return { handlers }
}
