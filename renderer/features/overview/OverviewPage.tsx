import { Rocket } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import type { ContextRow } from '#shared/contract/clusters.ts'
import {
  healthWords,
  isReachable,
  navigate,
  PageHeader,
  useBlocked,
  useCurrentCluster,
  useScope,
  useTasks,
} from '../../app/index.ts'
import { useCall, useStream } from '../../client/index.ts'
import { Button, EmptyState, StatusChip } from '../../kit/index.ts'
import { BackupsPanel } from './BackupsPanel.tsx'
import { DeployPanel } from './DeployPanel.tsx'
import { deploysOf } from './deploysOf.ts'
import { EventsPanel } from './EventsPanel.tsx'
import { MapPanel } from './MapPanel.tsx'
import { UsePanels } from './UsePanels.tsx'
import './overview.css'

/** One cluster at a glance. Only panels whose data is real. */
export function OverviewPage() {
  const cluster = useCurrentCluster()
  const scope = useScope()
  return cluster && scope ? <Overview cluster={cluster} scope={scope} /> : null
}

function Overview({ cluster, scope }: { cluster: ContextRow; scope: Scope }) {
  const map = useStream((client, signal) => client.services.map(scope, { signal }), [scope.context, scope.namespace])
  // A deployment that ends changes what is installed: its state names the question again.
  const lastDeploy = useTasks((state) =>
    deploysOf(state.tasks, scope)
      .map((task) => `${task.id} ${task.state}`)
      .join(),
  )
  const status = useCall(
    (client, signal) => client.deploy.status(scope, { signal }),
    [scope.context, scope.namespace, cluster.suiteVersion, lastDeploy],
  )
  const nodes = map.value?.nodes ?? []
  const isDeployed = status.value === undefined || status.value.installed !== null || status.value.unfinished !== null
  const isEmpty = !isDeployed && map.value?.feed.state === 'live' && nodes.length === 0
  const { status: glyph, word } = healthWords[cluster.health]
  const factClass = isReachable(cluster) ? undefined : 'quiet-text'
  return (
    <>
      <PageHeader
        title="Overview"
        facts={
          <>
            <StatusChip status={glyph}>{word}</StatusChip>
            {cluster.suiteVersion === undefined ? null : (
              <span>
                Suite <b>{cluster.suiteVersion}</b>
              </span>
            )}
            {cluster.version === undefined ? null : (
              <span>
                Kubernetes <b>{cluster.version}</b>
              </span>
            )}
            {isReachable(cluster) ? null : <LastKnown cluster={cluster} />}
            {cluster.nodes ? (
              <span className={factClass}>
                {cluster.nodes.ready} of {cluster.nodes.total} nodes ready
              </span>
            ) : null}
            {cluster.pods && cluster.pods.total > 0 ? (
              <span className={factClass}>
                {cluster.pods.ready} of {cluster.pods.total} pods ready
              </span>
            ) : null}
          </>
        }
      />
      <div className="app-page">
        {isEmpty ? (
          <NothingDeployed cluster={cluster} scope={scope} />
        ) : (
          <div className="overview">
            <div className="overview-left">
              <MapPanel map={map} />
              <UsePanels scope={scope} nodes={nodes} />
            </div>
            <div className="overview-right">
              <DeployPanel status={status} scope={scope} />
              <BackupsPanel scope={scope} />
              <EventsPanel scope={scope} />
            </div>
          </div>
        )}
      </div>
    </>
  )
}

/** The counts after it are those of the last answer. */
function LastKnown({ cluster }: { cluster: ContextRow }) {
  return cluster.nodes || cluster.pods ? <span className="quiet-text">Last known:</span> : null
}

function NothingDeployed({ cluster, scope }: { cluster: ContextRow; scope: Scope }) {
  const blocked = useBlocked('read_only')
  return (
    <div className="app-blank">
      <EmptyState
        isLarge
        icon={Rocket}
        title={`The suite is not deployed on ${cluster.name}`}
        actions={
          <Button
            kind="primary"
            size="large"
            icon={Rocket}
            reason={blocked}
            onClick={() => navigate({ page: 'deploy' })}
          >
            Deploy the suite…
          </Button>
        }
      >
        Namespace <code>{scope.namespace}</code> holds no services yet. The next page shows a plan of every object
        before anything changes.
      </EmptyState>
    </div>
  )
}
