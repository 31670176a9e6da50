import { Cable, FileCode, ListTree, ScrollText, Terminal, Trash2 } from 'lucide-react'
import { useMemo } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import { navigate, useActions, useBlocked, type Action } from '../../../app/index.ts'
import { deletePods, openLogs, openShell } from './podActions.ts'

const show = (row: PodRow, podTab: 'summary' | 'events' | 'yaml') => () =>
  navigate({ page: 'workloads', parameters: { kind: 'Pod', pod: row.name, podTab } })

/** What can be done with a pod, whatever page is open. @param blocked why nothing may be changed */
export function podActions(scope: Scope, row: PodRow, blocked: string | undefined): Action[] {
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
      perform: () => openShell(scope, row),
    },
    {
      id: 'pods.yaml',
      title: 'YAML',
      section,
      effect: 'read',
      icon: FileCode,
      keys: 'Y',
      perform: show(row, 'yaml'),
    },
    {
      id: 'pods.events',
      title: 'Events',
      section,
      effect: 'read',
      icon: ListTree,
      keys: 'E',
      perform: show(row, 'events'),
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
        await deletePods(scope, [row])
      },
    },
    {
      id: 'pods.forward',
      title: 'Forward a port: its ports are listed',
      section,
      effect: 'read',
      icon: Cable,
      perform: show(row, 'summary'),
    },
  ]
}

/** L S R Y E on the active pod, and the same in the palette. */
export function usePodActions(scope: Scope, row: PodRow | undefined): void {
  const blocked = useBlocked('operator')
  const { context, namespace } = scope
  const actions = useMemo(
    () => (row ? podActions({ context, namespace }, row, blocked) : []),
    [row, context, namespace, blocked],
  )
  useActions('pod', actions)
}
