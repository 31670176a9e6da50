import { useState } from 'react'
import { useStore } from 'zustand'
import type { Scope } from '#shared/contract/base.ts'
import type { WorkloadRow } from '#shared/contract/workloads.ts'
import { PageHeader, setParameters, useParameters, useScope } from '../../app/index.ts'
import { useStream, viewOfList } from '../../client/index.ts'
import { EmptyState, Tabs } from '../../kit/index.ts'
import { PodFeed, type FeedTrouble } from './pods/PodFeed.tsx'
import { PodsTab } from './pods/PodsTab.tsx'
import { PodStore } from './pods/podStore.ts'
import { ForwardsMenu } from './ports/ForwardsMenu.tsx'
import { WorkloadsTab } from './WorkloadsTab.tsx'
import './workloads.css'

const kinds: { kind: WorkloadRow['kind']; title: string; isAlways: boolean }[] = [
  { kind: 'Deployment', title: 'Deployments', isAlways: true },
  { kind: 'StatefulSet', title: 'StatefulSets', isAlways: true },
  { kind: 'DaemonSet', title: 'DaemonSets', isAlways: false },
  { kind: 'Job', title: 'Jobs', isAlways: true },
  { kind: 'CronJob', title: 'CronJobs', isAlways: false },
]

export function WorkloadsPage() {
  const scope = useScope()
  return (
    <div className="workloads-page" data-testid="page-workloads">
      {scope ? <Workloads scope={scope} /> : <EmptyState title="No cluster is chosen" />}
    </div>
  )
}

const noRows: readonly WorkloadRow[] = []
const noTrouble: FeedTrouble = { error: undefined, staleSince: undefined, retry: () => undefined }

function Workloads({ scope }: { scope: Scope }) {
  const tab = useParameters('workloads').kind
  const [pods] = useState(() => new PodStore())
  const [trouble, setTrouble] = useState(noTrouble)
  const count = useStore(pods.store, (state) =>
    state.feed.state === 'live' || state.byUid.size > 0 ? state.byUid.size : undefined,
  )
  const controllers = useStream(
    (client, signal) => client.workloads.watch(scope, { signal }),
    [scope.context, scope.namespace],
  )
  const { value } = controllers
  const rows = value?.rows ?? noRows
  const of = (kind: string) => rows.filter((row) => row.kind === kind).length
  const current = kinds.find((each) => each.kind === tab)
  const view = viewOfList(controllers, value?.feed, rows.length)
  return (
    <>
      <PageHeader
        title="Workloads"
        tabs={
          <Tabs
            label="Kinds"
            value={tab}
            tabs={[
              { id: 'Pod', title: 'Pods', badge: count },
              ...kinds
                .filter((each) => each.isAlways || of(each.kind) > 0)
                .map((each) => ({
                  id: each.kind,
                  title: each.title,
                  badge: view.state === 'shown' ? of(each.kind) : undefined,
                })),
            ]}
            onChange={(kind) =>
              setParameters('workloads', {
                kind,
                pod: undefined,
                workload: undefined,
                podTab: undefined,
                workloadTab: undefined,
              })
            }
          />
        }
        actions={<ForwardsMenu scope={scope} />}
      />
      {current ? (
        <WorkloadsTab
          key={current.kind}
          scope={scope}
          kind={current.kind}
          view={view}
          rows={rows}
          onRetry={controllers.retry}
        />
      ) : (
        <PodsTab pods={pods} scope={scope} trouble={trouble} />
      )}
      <PodFeed pods={pods} scope={scope} onTrouble={setTrouble} />
    </>
  )
}
