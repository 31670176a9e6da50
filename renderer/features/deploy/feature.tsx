import { Rocket } from 'lucide-react'
import { lazy } from 'react'
import { StatusGlyph } from '../../kit/index.ts'
import { useScope, useTasks, type Feature } from '../../app/index.ts'
import { latestRun } from './deployView.ts'

const DeployPage = lazy(async () => ({ default: (await import('./DeployPage.tsx')).DeployPage }))

/** A ring beside the rail entry while a deployment of the current scope runs, a cross when the last one failed. */
function DeployBadge() {
  const scope = useScope()
  const state = useTasks((tasks) => (scope ? latestRun(tasks.tasks.values(), scope)?.state : undefined))
  if (state === 'running') return <StatusGlyph status="progress" size={13} />
  return state === 'failed' ? <StatusGlyph status="failed" size={13} /> : null
}

export const deploy: Feature = {
  pages: [
    {
      id: 'deploy',
      title: 'Deploy',
      icon: Rocket,
      letter: 'D',
      place: 'cluster',
      component: DeployPage,
      Badge: DeployBadge,
    },
  ],
}
