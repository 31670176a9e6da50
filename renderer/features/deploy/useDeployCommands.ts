import { useMemo } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { Plan } from '#shared/contract/plan.ts'
import { confirm, reportError, useCluster } from '../../app/index.ts'
import { asFault, engine } from '../../client/index.ts'
import { chosenFor } from './plan/decisions.ts'
import { changeDraft, discardPlan, draftOf } from './deployStore.ts'
import { effectsOf, warningOf } from './plan/planEffects.ts'

export interface DeployCommands {
  apply: (plan: Plan) => Promise<void>
  resume: (runId: string, version: string) => Promise<void>
  undo: (runId: string, version: string) => Promise<void>
}

/** The three acts of this page that reach a cluster; each asks first. */
export function useDeployCommands(scope: Scope): DeployCommands {
  const { context, namespace } = scope
  const name = useCluster(context)?.name ?? context
  return useMemo(() => {
    const scope = { context, namespace }
    const started = ({ taskId }: { taskId: string }) => changeDraft(scope, { taskId })
    return {
      apply: async (plan) => {
        const choices = draftOf(scope)
        const isBack = plan.rollbackTo !== null
        const warning = warningOf(plan, choices)
        const confirmation = await confirm({
          level: 3,
          title: isBack ? `Roll ${name} back to ${plan.version}?` : `Deploy ${plan.version} to ${name}?`,
          message:
            'Stage after stage is applied, and each waits until its pods are ready. A stage that fails stops the rest.',
          changes: effectsOf(plan, choices, namespace),
          confirmLabel: isBack ? `Roll back to ${plan.version}` : `Deploy ${plan.version}`,
          cluster: context,
          asksReason: true,
          ...(warning ? { warning } : {}),
        })
        if (!confirmation) return
        await engine()
          .deploy.apply({
            ...scope,
            planId: plan.id,
            decisions: chosenFor(plan, choices.decisions),
            prune: plan.prune.map((resource) => resource.id).filter((id) => choices.prune.has(id)),
            safetyBackup: choices.safetyBackup,
            confirmation,
          })
          .then(started)
          .catch((thrown: unknown) => {
            // A plan that the engine no longer has, because it was started again or the cluster moved on, can only be planned again.
            if (asFault(thrown).code === 'EXPIRED') discardPlan(scope)
            reportError(thrown, isBack ? 'The roll back did not start' : 'The deployment did not start')
          })
      },
      resume: async (runId, version) => {
        const confirmation = await confirm({
          level: 2,
          title: `Resume the deployment of ${version}?`,
          message:
            'Stages that are done stay as they are. The stage that failed is applied again, then the ones after it.',
          confirmLabel: 'Resume',
          cluster: context,
        })
        if (!confirmation) return
        await engine()
          .deploy.resume({ ...scope, runId, confirmation })
          .then(started)
          .catch(refused('The deployment was not resumed'))
      },
      undo: async (runId, version) => {
        const confirmation = await confirm({
          level: 3,
          title: `Undo the deployment of ${version}?`,
          message:
            'Objects it changed return to what they were before, objects it created are deleted. Volumes and their data stay.',
          confirmLabel: 'Undo the deployment',
          isDanger: true,
          cluster: context,
          asksReason: true,
        })
        if (!confirmation) return
        await engine()
          .deploy.undo({ ...scope, runId, confirmation })
          .then(started)
          .catch(refused('The deployment was not undone'))
      },
    }
  }, [context, namespace, name])
}

const refused = (title: string) => (thrown: unknown) => reportError(thrown, title)
