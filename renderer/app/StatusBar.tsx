import type { ContextRow } from '#shared/contract/clusters.ts'
import { useWatches } from '../client/index.ts'
import { formatDayClock, useNow, zoneAt } from '../kit/index.ts'
import { dockKinds } from './features.ts'
import type { DockKind } from './feature.ts'
import { showDockTab, useDock } from './state/dock.ts'
import { changeSettings, useSettings } from './state/settings.ts'
import { reportError } from './state/toasts.ts'
import './StatusBar.css'

const launchers = dockKinds.filter((kind) => kind.launcher)

/** Environment, dock toggles, watches, clock. */
export function StatusBar({ cluster }: { cluster: ContextRow | undefined }) {
  const watches = useWatches()
  const now = useNow()
  return (
    <footer className="app-status-bar">
      <div className={`app-status-environment app-status-${cluster?.environment ?? 'all'}`}>
        {cluster ? (
          <>
            {cluster.environment.toUpperCase()} · {cluster.name}
          </>
        ) : (
          'All clusters'
        )}
      </div>
      {launchers.map((kind) => (
        <DockToggle key={kind.kind} kind={kind} />
      ))}
      <div className="app-status-right">
        <span title="Live subscriptions to the engine">
          Watches <b>{`${watches.live} of ${watches.total}`}</b>
        </span>
        <ClockChoice now={now} />
        <b>{formatDayClock(now)}</b>
      </div>
    </footer>
  )
}

function DockToggle({ kind }: { kind: DockKind }) {
  const { tabs, active, isOpen } = useDock()
  const { launcher, icon: Glyph } = kind
  if (!launcher) return null
  const own = tabs.filter((tab) => tab.kind === kind.kind)
  const isFront = isOpen && own.some((tab) => tab.id === active)
  const toggle = () => {
    const last = own.at(-1)
    if (isFront) useDock.setState({ isOpen: false })
    else if (last) showDockTab(last.id)
    else launcher.open()
  }
  return (
    <button type="button" className="app-status-toggle" aria-pressed={isFront} onClick={toggle}>
      <Glyph size={14} strokeWidth={1.6} aria-hidden />
      {launcher.title}
      {launcher.Badge ? <launcher.Badge /> : null}
    </button>
  )
}

/** The zone of every time in the window, and the way to the other one. */
function ClockChoice({ now }: { now: number }) {
  const timeZone = useSettings((state) => state.timeZone)
  const other = timeZone === 'utc' ? 'local' : 'utc'
  const change = () =>
    changeSettings({ timeZone: other }).catch((thrown: unknown) => reportError(thrown, 'The setting was not saved.'))
  return (
    <button
      type="button"
      className="app-status-zone"
      title={`Times are ${timeZone === 'utc' ? 'UTC' : "those of this computer's clock"}. Click for ${other === 'utc' ? 'UTC' : 'local time'}.`}
      onClick={() => void change()}
    >
      Times in <b>{timeZone === 'utc' ? 'UTC' : `local time, ${zoneAt(now)}`}</b>
    </button>
  )
}
