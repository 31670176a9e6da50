import { SquareTerminal, Terminal } from 'lucide-react'
import { lazy, useMemo } from 'react'
import {
  openDockTab,
  useActions,
  useBlocked,
  useClusters,
  useCurrentCluster,
  useLocation,
  useScope,
  type Action,
  type Feature,
} from '../../app/index.ts'

const TerminalTab = lazy(async () => ({ default: (await import('./TerminalTab.tsx')).TerminalTab }))

/** How many this window has opened: several terminals of one cluster are told apart by their number. */
let opened = 0

/** Opens kubectl bound to the current cluster: a new one each time, since a person may want several. */
function openKubectl(): void {
  const { cluster: id, namespaces } = useLocation.getState()
  const cluster = useClusters.getState().contexts.find((each) => each.id === id)
  if (!cluster) return
  const namespace = namespaces[cluster.cluster] ?? cluster.namespace
  openDockTab({ kind: 'kubectl', title: `kubectl ${++opened}`, subtitle: cluster.name, cluster: cluster.id, namespace })
}

function TerminalActions() {
  const cluster = useCurrentCluster()
  const scope = useScope()
  const blocked = useBlocked('read_only')
  const name = cluster?.name
  const hasScope = scope !== null
  const actions = useMemo<Action[]>(
    () =>
      name === undefined || !hasScope
        ? []
        : [
            {
              id: 'terminals.kubectl',
              title: 'New kubectl terminal',
              section: `Actions on ${name}`,
              effect: 'write',
              icon: SquareTerminal,
              keys: 'Ctrl+Shift+T',
              reason: blocked,
              perform: openKubectl,
            },
          ],
    [name, hasScope, blocked],
  )
  useActions('terminals', actions)
  return null
}

export const terminals: Feature = {
  dockKinds: [
    {
      kind: 'kubectl',
      icon: SquareTerminal,
      component: TerminalTab,
      launcher: { title: 'Terminal', open: openKubectl },
    },
    { kind: 'shell', icon: Terminal, component: TerminalTab },
  ],
  Background: TerminalActions,
}
