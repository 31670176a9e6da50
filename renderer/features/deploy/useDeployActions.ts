import { FileSearch, Play, Rocket, Square, Undo2 } from 'lucide-react'
import { useMemo } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus } from '#shared/contract/deploy.ts'
import type { Plan } from '#shared/contract/plan.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { reportError, useActions, useBlocked, useCluster, type Action } from '../../app/index.ts'
import { engine } from '../../client/index.ts'
import { elsewhere } from './elsewhere.ts'
import { blockedBy, decideAll, undecidedOf } from './plan/decisions.ts'
import { changeDraft, discardPlan, draftOf, useDraft } from './deployStore.ts'
import type { DeployCommands } from './useDeployCommands.ts'
import { makePlan, wantedOf } from './values/wanted.ts'

export interface DeployActionsProps {
  scope: Scope
  status: DeployStatus
  plan: Plan | null
  commands: DeployCommands
  unfinished: DeployStatus['unfinished']
  run: Task | undefined
}

/** What can be done on "Plan and run", in the palette. */
export function useDeployActions({ scope, status, plan, commands, unfinished, run }: DeployActionsProps): void {
  const blocked = useBlocked('operator')
  const readable = useBlocked('read_only')
  const { decisions } = useDraft(scope)
  const { context, namespace } = scope
  const isSandbox = useCluster(context)?.environment === 'sandbox'
  const actions = useMemo<Action[]>(() => {
    const scope = { context, namespace }
    const section = 'Deploy'
    const act = (action: Omit<Action, 'section'>): Action => ({ ...action, section })
    if (run?.state === 'running') {
      return [
        act({
          id: 'deploy.stop',
          title: 'Stop the deployment',
          effect: 'destructive',
          icon: Square,
          reason: run.uncancellable || undefined,
          perform: () =>
            engine()
              .tasks.cancel({ id: run.id })
              .catch((thrown: unknown) => reportError(thrown, 'The deployment was not stopped')),
        }),
      ]
    }
    const out: Action[] = []
    if (!plan && !run)
      out.push(
        act({
          id: 'deploy.plan',
          title: 'Plan the deployment',
          effect: 'read',
          icon: FileSearch,
          reason: readable,
          perform: () =>
            makePlan(scope, status, wantedOf(draftOf(scope), status, isSandbox)).catch((thrown: unknown) =>
              reportError(thrown, 'The plan could not be made'),
            ),
        }),
      )
    if (plan) out.push(...planActions(scope, plan).map(act))
    if (unfinished?.isElsewhere === false) {
      out.push(
        act({
          id: 'deploy.resume',
          title: 'Resume the deployment…',
          effect: 'destructive',
          icon: Play,
          reason: blocked,
          perform: () => commands.resume(unfinished.id, unfinished.version),
        }),
        act({
          id: 'deploy.undo',
          title: 'Undo the deployment…',
          effect: 'destructive',
          icon: Undo2,
          reason: blocked,
          perform: () => commands.undo(unfinished.id, unfinished.version),
        }),
      )
    }
    return out

    function planActions(where: Scope, made: Plan): Omit<Action, 'section'>[] {
      return [
        {
          id: 'deploy.apply',
          title: made.rollbackTo === null ? `Deploy ${made.version}…` : `Roll back to ${made.version}…`,
          effect: 'destructive',
          icon: Rocket,
          reason: blocked ?? elsewhere(unfinished) ?? blockedBy(made, decisions),
          perform: () => commands.apply(made),
        },
        ...(undecidedOf(made, decisions).length > 0
          ? (['keep', 'take'] as const).map((choice) => ({
              id: `deploy.${choice}All`,
              title:
                choice === 'keep' ? "Keep all fields of other owners' as they are" : 'Take all fields of other owners',
              effect: 'read' as const,
              perform: () => changeDraft(where, { decisions: decideAll(made, choice) }),
            }))
          : []),
        {
          id: 'deploy.discard',
          title: 'Discard the plan',
          effect: 'read',
          icon: FileSearch,
          perform: () => discardPlan(where),
        },
      ]
    }
  }, [context, namespace, plan, run, unfinished, commands, blocked, readable, decisions, status, isSandbox])
  useActions('deploy', actions)
}
