import { Boxes, Images } from 'lucide-react'
import { lazy, Suspense, useMemo } from 'react'
import { useActions, useBlocked, useScope, type Action, type Feature, type FinderProps } from '../../app/index.ts'
import { openChange, useChanges } from './changes/changeStore.ts'

const WorkloadsPage = lazy(async () => ({ default: (await import('./WorkloadsPage.tsx')).WorkloadsPage }))
const ChangeDialogs = lazy(async () => ({ default: (await import('./changes/ChangeDialogs.tsx')).ChangeDialogs }))

/** The dialogs of changes, above every page, and the one command for all services. */
function Background() {
  const scope = useScope()
  const blocked = useBlocked('operator')
  const isOpen = useChanges((state) => state.open !== null)
  const cluster = scope?.context
  const namespace = scope?.namespace
  const actions = useMemo<Action[]>(
    () =>
      cluster === undefined || namespace === undefined
        ? []
        : [
            {
              id: 'workloads.images',
              title: 'Set image of all suite services…',
              section: 'Workloads',
              effect: 'destructive',
              icon: Images,
              reason: blocked,
              perform: () => openChange({ of: 'images', scope: { context: cluster, namespace } }),
            },
          ],
    [cluster, namespace, blocked],
  )
  useActions('workloads', actions)
  return isOpen ? (
    <Suspense fallback={null}>
      <ChangeDialogs />
    </Suspense>
  ) : null
}

const ObjectFinder = lazy(async () => ({ default: (await import('./ObjectFinder.tsx')).ObjectFinder }))

function Finder({ query }: FinderProps) {
  return (
    <Suspense fallback={null}>
      <ObjectFinder query={query} />
    </Suspense>
  )
}

export const workloads: Feature = {
  pages: [
    { id: 'workloads', title: 'Workloads', icon: Boxes, letter: 'W', place: 'inspect', component: WorkloadsPage },
  ],
  Background,
  Finder,
}
