import { Eye, Search, ShieldCheck, Wrench } from 'lucide-react'
import type { ContextRow } from '#shared/contract/clusters.ts'
import { useCall, useConnection } from '../client/index.ts'
import { formatDuration, Keys, plural, Status, Tooltip, useNow } from '../kit/index.ts'
import { ClusterSwitcher } from './ClusterSwitcher.tsx'
import { healthWords, roleWords } from './clusterWords.ts'
import { Logo } from './Logo.tsx'
import { NamespaceSwitcher } from './NamespaceSwitcher.tsx'
import { Notifications } from './Notifications.tsx'
import { isReachable, isUnasked, useClusters } from './state/clusters.ts'
import { useHeartbeat } from './state/heartbeat.ts'
import { openPalette } from './state/layout.ts'
import './TitleBar.css'

/** The window's title bar. Empty stretches drag the window; controls of the system keep their place free. */
export function TitleBar({ cluster }: { cluster: ContextRow | undefined }) {
  return (
    <header className="app-title-bar">
      <Logo />
      <ClusterSwitcher current={cluster} />
      {cluster && isReachable(cluster) ? <NamespaceSwitcher cluster={cluster} /> : null}
      <button type="button" className="app-palette-button" aria-keyshortcuts="Control+K" onClick={() => openPalette()}>
        <Search size={14} strokeWidth={1.6} aria-hidden />
        <span className="truncate">Search, go to, or run a command</span>
        <Keys keys="Ctrl+K" />
      </button>
      <div className="app-title-right">
        <div role="status" className="app-connection">
          <ConnectionState cluster={cluster} />
        </div>
        <Notifications />
        {cluster?.role ? <RoleBadge role={cluster.role} cluster={cluster.name} /> : null}
        <User />
      </div>
    </header>
  )
}

function ConnectionState({ cluster }: { cluster: ContextRow | undefined }) {
  const connection = useConnection()
  const silentSince = useHeartbeat((heartbeat) => heartbeat.silentSince)
  const { contexts, isKnown, fault } = useClusters()
  if (connection.state === 'connecting') return <Status status="progress">Starting</Status>
  if (connection.state !== 'connected') {
    return (
      <Status status="failed">
        Engine lost <Since time={connection.lostAt} />
      </Status>
    )
  }
  if (silentSince !== null) {
    return (
      <Status status="warning">
        Engine not responding <Since time={silentSince} />
      </Status>
    )
  }
  if (!isKnown)
    return <Status status={fault ? 'failed' : 'progress'}>{fault ? 'Clusters not read' : 'Reading clusters'}</Status>
  if (!cluster) {
    return <FleetState contexts={contexts} />
  }
  if (!isReachable(cluster)) {
    const { status, word } = healthWords[cluster.health]
    return (
      <Status status={cluster.health === 'unreachable' ? 'failed' : status}>
        {cluster.health === 'unreachable' ? lossWord(cluster) : word}
      </Status>
    )
  }
  return (
    <Status status="healthy">
      {cluster.environment === 'sandbox' ? 'Local' : 'Live'}{' '}
      {cluster.latencyMs === undefined ? null : <span className="dim">{Math.round(cluster.latencyMs)} ms</span>}
    </Status>
  )
}

/** How many of the contexts answer, once each was asked. */
function FleetState({ contexts }: { contexts: readonly ContextRow[] }) {
  const unasked = contexts.filter(isUnasked).length
  const wanted = contexts.filter(({ health }) => health !== 'stopped').length
  if (unasked > 0 || wanted === 0)
    return wanted === 0 ? null : <Status status="progress">Checking {plural(unasked, 'context')}</Status>
  const reachable = contexts.filter(isReachable).length
  return (
    <Status status={reachable === wanted ? 'healthy' : 'warning'} emphasis={false}>
      {reachable} of {wanted} connected
    </Status>
  )
}

/** A sign-in that is refused is no lost connection: the server answered. */
function lossWord({ fault }: ContextRow): string {
  if (fault?.code === 'UNAUTHENTICATED' || fault?.code === 'EXPIRED') return 'Sign-in refused'
  if (fault?.code === 'FORBIDDEN') return 'Access refused'
  return fault?.code === 'TLS_MISMATCH' ? 'Identity not verified' : 'Connection lost'
}

function Since({ time }: { time: number | null }) {
  const now = useNow()
  return time === null ? null : <span className="dim">{formatDuration(Math.max(1000, now - time))}</span>
}

const roleIcons = { administrator: ShieldCheck, operator: Wrench, read_only: Eye }

function RoleBadge({ role, cluster }: { role: NonNullable<ContextRow['role']>; cluster: string }) {
  const Glyph = roleIcons[role]
  return (
    <Tooltip content={`Your role in ${cluster}, from the rights its server grants you`}>
      <span className="app-role" tabIndex={0}>
        <Glyph size={13} strokeWidth={1.6} aria-hidden />
        {roleWords[role]}
      </span>
    </Tooltip>
  )
}

function User() {
  const info = useCall((client) => client.app.info(), [])
  const name = info.value?.user ?? ''
  if (name === '') return null
  return (
    <Tooltip content={`Signed in to this computer as ${name}`}>
      <span className="app-user" tabIndex={0} aria-label={`User ${name}`}>
        {initials(name)}
      </span>
    </Tooltip>
  )
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== '')
  const letters = words.length > 1 ? `${words[0]?.[0] ?? ''}${words.at(-1)?.[0] ?? ''}` : name.slice(0, 2)
  return letters.toUpperCase()
}
