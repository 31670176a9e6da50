import { Database, KeyRound, SlidersHorizontal } from 'lucide-react'
import { lazy, useMemo } from 'react'
import { navigate, useActions, useScope, type Action, type Feature } from '../../app/index.ts'
import { useDrafts } from './objects/drafts.ts'
import { ReadersDialog } from './objects/ReadersDialog.tsx'

const ConfigurationPage = lazy(async () => ({ default: (await import('./ConfigurationPage.tsx')).ConfigurationPage }))

/** How many drafts of this namespace are not saved yet. */
function DraftsBadge() {
  const scope = useScope()
  const count = useDrafts(({ drafts }) => (scope ? draftsIn(drafts, scope.context, scope.namespace) : 0))
  return count > 0 ? <b aria-label={`${count} not saved`}>{count}</b> : null
}

function draftsIn(drafts: ReadonlyMap<string, unknown>, cluster: string, namespace: string): number {
  const beginning = JSON.stringify([cluster, namespace]).slice(0, -1)
  return [...drafts.keys()].filter((key) => key.startsWith(beginning)).length
}

const open = (tab: 'access' | 'migrations') => () => navigate({ page: 'configuration', parameters: { tab } })
const section = 'Configuration'

/** Ways to the tabs in the palette, and the dialog that is offered after saving. */
function Background() {
  const hasScope = useScope() !== null
  const actions = useMemo<Action[]>(
    () =>
      hasScope
        ? [
            {
              id: 'configuration.token',
              title: 'Create a service account token…',
              section,
              effect: 'destructive',
              icon: KeyRound,
              perform: open('access'),
            },
            {
              id: 'configuration.migrations',
              title: 'Migrate the database…',
              section,
              effect: 'destructive',
              icon: Database,
              perform: open('migrations'),
            },
          ]
        : [],
    [hasScope],
  )
  useActions('configuration', actions)
  return <ReadersDialog />
}

export const configuration: Feature = {
  pages: [
    {
      id: 'configuration',
      title: 'Configuration',
      icon: SlidersHorizontal,
      letter: 'C',
      place: 'change',
      component: ConfigurationPage,
      Badge: DraftsBadge,
    },
  ],
  Background,
}
