import {
  Columns2,
  Keyboard,
  Layers,
  Moon,
  PanelBottom,
  PanelLeft,
  Plus,
  RefreshCw,
  Search,
  Sun,
  Undo2,
} from 'lucide-react'
import { useMemo } from 'react'
import { engine } from '../client/index.ts'
import { addKubeconfig } from './addKubeconfig.ts'
import { clusterKey, enterCluster } from './clusterOrder.ts'
import { pages } from './features.ts'
import { useActions, type Action } from './state/actions.ts'
import { useOrderedContexts } from './state/clusters.ts'
import { toggleDock } from './state/dock.ts'
import { openPalette, useLayout } from './state/layout.ts'
import { goBack, goForward, navigate } from './state/location.ts'
import { changeSettings } from './state/settings.ts'
import { undoLatest } from './state/toasts.ts'

const goTo: readonly Action[] = pages.map((page) => ({
  id: `go.${page.id}`,
  title: page.title,
  section: 'Go to',
  effect: 'read',
  icon: page.icon,
  ...(page.letter === undefined ? {} : { keys: `G ${page.letter}` }),
  perform: () => navigate({ page: page.id }),
}))

function focusFilter(): void {
  const fields = document.querySelectorAll<HTMLElement>('[data-filter-field]')
  ;[...fields].find((field) => field.offsetParent !== null)?.focus()
}

const view = { section: 'View', effect: 'read' } as const

const shell: readonly Action[] = [
  {
    ...view,
    id: 'shell.palette',
    title: 'Search and commands',
    icon: Search,
    keys: 'Ctrl+K',
    isHidden: true,
    perform: () => openPalette(),
  },
  {
    ...view,
    id: 'shell.switcher',
    title: 'Switch cluster…',
    icon: Layers,
    keys: 'Ctrl+Shift+C',
    perform: () => useLayout.setState({ isSwitcherOpen: true }),
  },
  { ...view, id: 'shell.dock', title: 'Show or hide the dock', icon: PanelBottom, keys: 'Ctrl+`', perform: toggleDock },
  {
    ...view,
    id: 'shell.rail',
    title: 'Collapse or expand the rail',
    icon: PanelLeft,
    keys: 'Ctrl+B',
    perform: () => useLayout.setState(({ isRailCollapsed }) => ({ isRailCollapsed: !isRailCollapsed })),
  },
  {
    ...view,
    id: 'shell.filter',
    title: 'Filter this page',
    icon: Columns2,
    keys: '/',
    isHidden: true,
    perform: focusFilter,
  },
  {
    ...view,
    id: 'shell.shortcuts',
    title: 'Keyboard shortcuts',
    icon: Keyboard,
    keys: '?',
    perform: () => useLayout.setState({ areShortcutsOpen: true }),
  },
  { ...view, id: 'shell.back', title: 'Back', keys: 'Alt+ArrowLeft', perform: goBack },
  { ...view, id: 'shell.forward', title: 'Forward', keys: 'Alt+ArrowRight', perform: goForward },
  {
    ...view,
    id: 'shell.undo',
    title: 'Undo the last undoable action',
    icon: Undo2,
    keys: 'Ctrl+Z',
    perform: undoLatest,
  },
  { ...view, id: 'shell.dark', title: 'Dark theme', icon: Moon, perform: () => changeSettings({ theme: 'dark' }) },
  { ...view, id: 'shell.light', title: 'Light theme', icon: Sun, perform: () => changeSettings({ theme: 'light' }) },
  {
    id: 'clusters.add',
    title: 'Add cluster…',
    section: 'Clusters',
    effect: 'write',
    icon: Plus,
    detail: 'from a kubeconfig file',
    perform: addKubeconfig,
  },
  {
    id: 'clusters.check',
    title: 'Check all clusters',
    section: 'Clusters',
    effect: 'read',
    icon: RefreshCw,
    perform: () => engine().clusters.check({}),
  },
]

/** The shell's own actions and one for every cluster. Shows nothing. */
export function ShellActions() {
  const contexts = useOrderedContexts()
  const toClusters = useMemo(
    () =>
      contexts.map((cluster, index): Action => {
        const keys = clusterKey(index + 1)
        return {
          id: `cluster.${cluster.id}`,
          title: cluster.name,
          section: 'Go to cluster',
          effect: 'read',
          icon: Layers,
          detail: cluster.summary,
          ...(keys === undefined ? {} : { keys }),
          perform: () => enterCluster(cluster.id),
        }
      }),
    [contexts],
  )
  useActions('shell', shell)
  useActions('go', goTo)
  useActions('clusters', toClusters)
  return null
}
