import { Play } from 'lucide-react'
import { Suspense } from 'react'
import type { ContextRow } from '#shared/contract/clusters.ts'
import { askForEngine, useCommand, useConnection } from '../client/index.ts'
import { Banner, Button, EmptyState, formatTime, formatDuration, LoadingState, useNow } from '../kit/index.ts'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { isOfCluster, type Page } from './feature.ts'
import { PageHeader } from './PageHeader.tsx'
import { useClusters } from './state/clusters.ts'
import { navigate } from './state/location.ts'
import { reportError } from './state/toasts.ts'
import { bannerMilliseconds, useHeartbeat } from './state/heartbeat.ts'

/** A page with what concerns all pages: the banner of a lost connection, a stopped sandbox, a caught error. */
export function PageFrame({ page, cluster }: { page: Page; cluster: ContextRow | undefined }) {
  const isLost = useConnection((connection) => connection.state !== 'connected')
  const isUnreachable = isOfCluster(page) && cluster?.health === 'unreachable'
  return (
    <main className="app-main" aria-label={page.title}>
      <EngineBanner />
      {isUnreachable && !isLost ? <ClusterBanner cluster={cluster} /> : null}
      <div className="app-content" data-stale={isLost || isUnreachable || undefined}>
        <ErrorBoundary key={`${page.id} ${cluster?.id ?? ''}`} name={page.title}>
          <Suspense fallback={<LoadingState rows={6} />}>
            <PageContent page={page} cluster={cluster} />
          </Suspense>
        </ErrorBoundary>
      </div>
    </main>
  )
}

function PageContent({ page, cluster }: { page: Page; cluster: ContextRow | undefined }) {
  const isKnown = useClusters((state) => state.isKnown)
  if (!isOfCluster(page)) return <page.component />
  if (!cluster) {
    return isKnown ? (
      <EmptyState
        isLarge
        title="No cluster is chosen"
        actions={<Button onClick={() => navigate({ page: 'fleet' })}>Open the fleet</Button>}
      >
        {page.title} shows one cluster at a time. Choose one in the fleet.
      </EmptyState>
    ) : (
      <LoadingState rows={6} />
    )
  }
  if (cluster.health === 'stopped' || cluster.health === 'starting')
    return <SandboxStopped page={page} cluster={cluster} />
  return <page.component />
}

/** The sandbox is not running: the one useful thing to do is to start it. */
function SandboxStopped({ page, cluster }: { page: Page; cluster: ContextRow }) {
  const start = useCommand(
    (client) => client.sandbox.start(),
    (fault) => reportError(fault, 'The sandbox did not start.'),
  )
  const isStarting = cluster.health === 'starting' || start.isBusy
  return (
    <>
      <PageHeader title={page.title} />
      <div className="app-page">
        <div className="app-blank">
          <EmptyState
            isLarge
            icon={Play}
            title={isStarting ? `${cluster.name} is starting` : `${cluster.name} is stopped`}
            actions={
              <Button kind="primary" icon={Play} size="large" busy={isStarting} onClick={() => start.run()}>
                Start the sandbox
              </Button>
            }
          >
            {isStarting && cluster.summary !== ''
              ? cluster.summary
              : 'A small cluster on this computer, with everything it had when it was stopped. Starting takes a few seconds.'}
          </EmptyState>
        </div>
      </div>
    </>
  )
}

/** Says that the engine is gone, and what that means. Silent while the window is starting normally. */
function EngineBanner() {
  const connection = useConnection()
  const silentSince = useHeartbeat((heartbeat) => heartbeat.silentSince)
  const now = useNow()
  const silence = silentSince === null ? 0 : now - silentSince
  if (connection.state === 'connected' && silence < bannerMilliseconds) return null
  const since = connection.lostAt
  if (connection.state === 'connecting') {
    return (
      <div className="app-banner">
        <Banner tone="neutral" status="progress" title="Starting the engine.">
          The window fills as soon as it answers.
        </Banner>
      </div>
    )
  }
  if (connection.state === 'connected') {
    return (
      <div className="app-banner">
        <Banner tone="warn" title={`The console's engine has not responded for ${formatDuration(silence)}.`}>
          Values are from {formatTime(now - silence)}. If it stays silent, the console restarts it. Your clusters keep
          running.
        </Banner>
      </div>
    )
  }
  const values = since === null ? '' : ` Values are from ${formatTime(since)}.`
  return (
    <div className="app-banner">
      <Banner
        tone="crit"
        title={`The console's engine stopped${since === null ? '' : ` ${formatDuration(Math.max(1000, now - since))} ago`}.`}
        aside={
          connection.state === 'given-up' ? (
            <Button onClick={askForEngine}>Start it again</Button>
          ) : (
            <span>
              Starting again, attempt {connection.attempt} of {connection.limit}
            </span>
          )
        }
      >
        {connection.reason}
        {values} Your clusters keep running.
      </Banner>
    </div>
  )
}

/** Only a server that does not answer is "lost"; one that refuses the sign-in is there. */
function lossTitle({ name, fault, lookedAt }: ContextRow): string {
  if (fault?.code === 'UNAUTHENTICATED' || fault?.code === 'EXPIRED') return `${name} refused the sign-in.`
  if (fault?.code === 'FORBIDDEN') return `${name} refused access.`
  if (fault?.code === 'TLS_MISMATCH') return `The identity of ${name} could not be verified.`
  return lookedAt === undefined ? `${name} cannot be reached.` : `The connection to ${name} was lost.`
}

function ClusterBanner({ cluster }: { cluster: ContextRow }) {
  const check = useCommand((client) => client.clusters.check({ context: cluster.id }))
  const since = cluster.checkedAt
  return (
    <div className="app-banner">
      <Banner
        tone="crit"
        title={lossTitle(cluster)}
        aside={
          <Button busy={check.isBusy} onClick={() => check.run()}>
            Reconnect now
          </Button>
        }
      >
        {cluster.fault?.message ?? cluster.summary}
        {cluster.lookedAt === undefined ? null : ` Values are from ${formatTime(cluster.lookedAt)}.`}
        {since === undefined ? null : ` Last tried ${formatTime(since)}.`}
      </Banner>
    </div>
  )
}
