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

import { GuardBadge } from './GuardBadge.tsx'
import { useGuardFeed } from './guard.ts'
import { useOfferOfEarlierTerminals } from './earlierTerminals.ts'

const TerminalTab = lazy(async () => ({ default: (await import('./TerminalTab.tsx')).TerminalTab }))

/** Opens kubectl bound to the current cluster: a new one each time, since a person may want several. */
function openKubectl(): void {
  const { cluster: id, namespaces } = useLocation.getState()
  const cluster = useClusters.getState().contexts.find((each) => each.id === id)
  if (!cluster) return
  const namespace = namespaces[cluster.cluster] ?? cluster.namespace
  openDockTab({ kind: 'kubectl', title: 'kubectl', subtitle: cluster.name, cluster: cluster.id, namespace })
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
  useGuardFeed()
  useOfferOfEarlierTerminals()
  return null
}

export const terminals: Feature = {
  dockKinds: [
    {
      kind: 'kubectl',
      icon: SquareTerminal,
      component: TerminalTab,
      isNumbered: true,
      TabBadge: GuardBadge,
      launcher: { title: 'Terminal', open: openKubectl },
    },
    { kind: 'shell', icon: Terminal, component: TerminalTab, isNumbered: true },
  ],
  Background: TerminalActions,
}
