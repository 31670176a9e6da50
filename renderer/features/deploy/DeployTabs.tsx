import type { z } from 'zod'
import { setParameters } from '../../app/index.ts'
import { StatusGlyph, Tabs } from '../../kit/index.ts'
import type { deployRoute } from './route.ts'

export type DeployViewId = z.output<typeof deployRoute>['view']

/** The three views of the page. @param drift how many objects drifted, where it is known */
export function DeployTabs({
  view,
  isRunning,
  drift,
}: {
  view: DeployViewId
  isRunning: boolean
  drift: number | undefined
}) {
  return (
    <Tabs
      label="Views"
      value={view}
      tabs={[
        {
          id: 'plan',
          title: 'Plan and run',
          ...(isRunning && view !== 'plan' ? { badge: <StatusGlyph status="progress" size={13} /> } : {}),
        },
        { id: 'releases', title: 'Releases' },
        {
          id: 'drift',
          title: 'Drift',
          ...(drift ? { badge: <span className="deploy-drift-count">{drift}</span> } : {}),
        },
      ]}
      onChange={(id) => setParameters('deploy', { view: id })}
    />
  )
}
