import { History, Rocket, ScanSearch } from 'lucide-react'
import { lazy, useMemo } from 'react'
import { StatusGlyph } from '../../kit/index.ts'
import { navigate, useActions, useBlocked, useScope, useTasks, type Action, type Feature } from '../../app/index.ts'
import { latestRun } from './deployView.ts'
import { checkDrift } from './drift/driftStore.ts'

const DeployPage = lazy(async () => ({ default: (await import('./DeployPage.tsx')).DeployPage }))

/** A ring beside the rail entry while a deployment of the current scope runs, a cross when the last one failed. */
function DeployBadge() {
  const scope = useScope()
  const state = useTasks((tasks) => (scope ? latestRun(tasks.tasks.values(), scope)?.state : undefined))
  if (state === 'running') return <StatusGlyph status="progress" size={13} />
  return state === 'failed' ? <StatusGlyph status="failed" size={13} /> : null
}

/** Offers the ways to releases and drift from every page of a cluster. */
function DeployBackground() {
  const scope = useScope()
  const blocked = useBlocked('read_only')
  const cluster = scope?.context
  const namespace = scope?.namespace
  const actions = useMemo<Action[]>(() => {
    if (cluster === undefined || namespace === undefined) return []
    const section = 'Deploy'
    return [
      {
        id: 'deploy.releases',
        title: 'Show releases',
        section,
        effect: 'read',
        icon: History,
        perform: () => navigate({ page: 'deploy', parameters: { view: 'releases' } }),
      },
      {
        id: 'deploy.drift',
        title: 'Check drift from the release',
        section,
        effect: 'read',
        icon: ScanSearch,
        reason: blocked,
        perform: () => {
          navigate({ page: 'deploy', parameters: { view: 'drift' } })
          return checkDrift({ context: cluster, namespace })
        },
      },
    ]
  }, [cluster, namespace, blocked])
  useActions('deploy.everywhere', actions)
  return null
}

export const deploy: Feature = {
  pages: [
    {
      id: 'deploy',
      title: 'Deploy',
      icon: Rocket,
      letter: 'D',
      place: 'change',
      component: DeployPage,
      Badge: DeployBadge,
    },
  ],
  Background: DeployBackground,
}
