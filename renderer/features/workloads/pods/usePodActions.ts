import { FileCode, ListTree, ScrollText, Terminal, Trash2 } from 'lucide-react'
import { useMemo } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import { setParameters, useActions, useBlocked, type Action } from '../../../app/index.ts'
import { deletePods, openLogs, openShell } from './podActions.ts'

/** L S R Y E on the active pod, and the same in the palette. */
export function usePodActions(scope: Scope, row: PodRow | undefined): void {
  const blocked = useBlocked('operator')
  const { context: cluster, namespace } = scope
  const actions = useMemo<Action[]>(() => {
    if (!row) return []
    const section = `Pod ${row.name}`
    return [
      {
        id: 'pods.logs',
        title: 'Logs',
        section,
        effect: 'read',
        icon: ScrollText,
        keys: 'L',
        perform: () => openLogs([row]),
      },
      {
        id: 'pods.shell',
        title: 'Shell',
        section,
        effect: 'write',
        icon: Terminal,
        keys: 'S',
        reason: blocked,
        perform: () => openShell({ context: cluster, namespace }, row),
      },
      {
        id: 'pods.yaml',
        title: 'YAML',
        section,
        effect: 'read',
        icon: FileCode,
        keys: 'Y',
        perform: () => setParameters('workloads', { podTab: 'yaml' }),
      },
      {
        id: 'pods.events',
        title: 'Events',
        section,
        effect: 'read',
        icon: ListTree,
        keys: 'E',
        perform: () => setParameters('workloads', { podTab: 'events' }),
      },
      {
        id: 'pods.delete',
        title: 'Restart: delete, its controller starts a new one…',
        section,
        effect: 'destructive',
        icon: Trash2,
        keys: 'R',
        reason: blocked,
        perform: async () => {
          await deletePods({ context: cluster, namespace }, [row])
        },
      },
    ]
  }, [row, cluster, namespace, blocked])
  useActions('pod', actions)
}
