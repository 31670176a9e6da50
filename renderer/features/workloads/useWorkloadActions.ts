import { Image, Pause, Play, RefreshCw, Scaling, ScrollText, SlidersHorizontal, Undo2, Variable } from 'lucide-react'
import { useMemo } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { WorkloadRow } from '#shared/contract/workloads.ts'
import { navigate, useActions, useBlocked, type Action } from '../../app/index.ts'
import type { Icon } from '../../kit/index.ts'
import { isRolled, openChange, type ChangeKind } from './changes/changeStore.ts'

const changes: { do: ChangeKind; title: string; icon: Icon; keys?: string; kinds?: readonly string[] }[] = [
  { do: 'setImage', title: 'Set image…', icon: Image },
  { do: 'restart', title: 'Restart…', icon: RefreshCw, keys: 'R' },
  { do: 'scale', title: 'Scale…', icon: Scaling, kinds: ['Deployment', 'StatefulSet'] },
  { do: 'undo', title: 'Undo: return to an earlier revision…', icon: Undo2 },
  { do: 'setEnvironment', title: 'Change environment…', icon: Variable, keys: 'E' },
  { do: 'setResources', title: 'Change resources…', icon: SlidersHorizontal },
  { do: 'pause', title: 'Pause rollouts…', icon: Pause, kinds: ['Deployment'] },
  { do: 'resume', title: 'Resume rollouts…', icon: Play, kinds: ['Deployment'] },
]

/** What can be done with a controller, whatever page is open. @param blocked why nothing may be changed */
export function workloadActions(
  scope: Scope,
  { kind, name, service }: Pick<WorkloadRow, 'kind' | 'name' | 'service'>,
  blocked: string | undefined,
): Action[] {
  if (!isRolled(kind)) return []
  const section = `${kind} ${name}`
  const logs: Action = {
    id: 'workload.logs',
    title: 'Logs',
    section,
    effect: 'read',
    icon: ScrollText,
    keys: 'L',
    ...(service ? {} : { reason: 'No service is known for it.' }),
    perform: () => navigate({ page: 'logs', parameters: { services: service ? [service] : [] } }),
  }
  return [
    logs,
    ...changes
      .filter((change) => change.kinds?.includes(kind) ?? true)
      .map((change): Action => ({
        id: `workload.${change.do}`,
        title: change.title,
        section,
        effect: 'destructive',
        icon: change.icon,
        ...(change.keys === undefined ? {} : { keys: change.keys }),
        reason: blocked,
        perform: () => openChange({ of: 'one', scope, workload: { kind, name }, do: change.do }),
      })),
  ]
}

/** The same for the active one, in the palette and by keys. */
export function useWorkloadActions(scope: Scope, row: WorkloadRow | undefined): void {
  const blocked = useBlocked('operator')
  const { context, namespace } = scope
  const kind = row?.kind
  const name = row?.name
  const service = row?.service ?? ''
  const actions = useMemo(
    () =>
      kind === undefined || name === undefined
        ? []
        : workloadActions({ context, namespace }, { kind, name, service }, blocked),
    [kind, name, service, context, namespace, blocked],
  )
  useActions('workload', actions)
}
