import { ChevronDown, List, Maximize2, Minimize2, Plus, X } from 'lucide-react'
import { Suspense, useEffect, useRef } from 'react'
import { EnvironmentMark, IconButton, LoadingState, Menu, plural, ResizeHandle } from '../kit/index.ts'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import type { DockKind } from './feature.ts'
import { dockKinds } from './features.ts'
import { useCluster, useClusters } from './state/clusters.ts'
import { closeDockTab, showDockTab, smallestDock, useDock, type DockTab } from './state/dock.ts'
import './DockView.css'

const kinds: ReadonlyMap<string, DockKind> = new Map(dockKinds.map((kind) => [kind.kind, kind]))

/** Terminals, logs and tasks below the page. Tabs survive page changes and closing the dock. */
export function DockView() {
  const { isOpen, height, isMaximised, tabs, active } = useDock()
  return (
    <section
      className="app-dock"
      aria-label="Dock"
      hidden={!isOpen || tabs.length === 0}
      style={{ height: isMaximised ? '70%' : `min(${height}px, 70%)` }}
    >
      <ResizeHandle
        label="Height of the dock"
        edge="top"
        size={height}
        smallest={smallestDock}
        largest={Math.round(window.innerHeight * 0.7)}
        onResize={(next) => useDock.setState({ height: next, isMaximised: false })}
      />
      <div className="app-dock-head">
        <div role="tablist" aria-label="Dock" className="app-dock-tabs">
          {tabs.map((tab) => (
            <DockTabHandle key={tab.id} tab={tab} isActive={tab.id === active} />
          ))}
        </div>
        {tabs.length > 1 ? <AllTabs tabs={tabs} /> : null}
        <Menu
          label="Open in the dock"
          trigger={
            <button type="button" className="k-icon-button">
              {<Plus size={15} strokeWidth={1.6} aria-hidden />}
            </button>
          }
          items={[...kinds.values()].flatMap(({ kind, icon, launcher }) =>
            launcher ? [{ id: kind, title: launcher.title, icon, perform: launcher.open }] : [],
          )}
        />
        <div className="app-dock-tools">
          <IconButton
            icon={isMaximised ? Minimize2 : Maximize2}
            size="small"
            label={isMaximised ? 'Smaller dock' : 'Larger dock'}
            onClick={() => useDock.setState({ isMaximised: !isMaximised })}
          />
          <IconButton
            icon={ChevronDown}
            size="small"
            label="Hide the dock"
            keys="Ctrl+`"
            onClick={() => useDock.setState({ isOpen: false })}
          />
        </div>
      </div>
      {tabs.map((tab) => (
        <DockPane key={tab.id} tab={tab} isActive={tab.id === active && isOpen} />
      ))}
    </section>
  )
}

function DockTabHandle({ tab, isActive }: { tab: DockTab; isActive: boolean }) {
  const cluster = useCluster(tab.cluster ?? null)
  const { icon: Glyph, TabBadge, isNumbered } = kinds.get(tab.kind) ?? {}
  const handle = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // With many tabs the one in front may lie outside the strip.
    if (isActive) handle.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isActive])
  return (
    <div
      ref={handle}
      role="presentation"
      className={`app-dock-tab${isActive ? ' app-dock-active' : ''}`}
      data-environment={cluster?.environment}
    >
      <button
        type="button"
        role="tab"
        id={`dock-${tab.id}`}
        aria-selected={isActive}
        aria-keyshortcuts="Delete"
        onClick={() => showDockTab(tab.id)}
        onKeyDown={(event) => {
          if (event.key === 'Delete') closeDockTab(tab.id)
        }}
      >
        {cluster ? <EnvironmentMark environment={cluster.environment} /> : null}
        {Glyph ? <Glyph size={14} strokeWidth={1.6} aria-hidden /> : null}
        {isNumbered ? <span className="app-dock-number">{tab.number}</span> : null}
        {tab.title}
        {tab.subtitle === undefined ? null : <span className="app-dock-subtitle">{tab.subtitle}</span>}
        {TabBadge ? <TabBadge tab={tab} /> : null}
      </button>
      {/* A list of tabs may hold nothing else: for the keyboard and screen readers, Delete on the tab closes it. */}
      <span
        className="app-dock-close"
        title={`Close ${tab.title} ${tab.subtitle ?? ''}`.trim()}
        aria-hidden
        onClick={() => closeDockTab(tab.id)}
      >
        <X size={12} aria-hidden />
      </span>
    </div>
  )
}

/** Every tab by name, also those that lie outside the strip. */
function AllTabs({ tabs }: { tabs: readonly DockTab[] }) {
  const contexts = useClusters((state) => state.contexts)
  return (
    <Menu
      label={`All ${plural(tabs.length, 'tab')}`}
      trigger={
        <button type="button" className="k-icon-button" title="All tabs">
          <List size={15} strokeWidth={1.6} aria-hidden />
        </button>
      }
      items={tabs.map((tab) => {
        const { icon, isNumbered } = kinds.get(tab.kind) ?? {}
        const cluster = contexts.find(({ id }) => id === tab.cluster)
        const where = cluster && `${cluster.name}${cluster.environment === 'other' ? '' : ` (${cluster.environment})`}`
        const words = [
          isNumbered ? tab.number : undefined,
          tab.title,
          tab.subtitle === where ? undefined : tab.subtitle,
        ]
        return {
          id: tab.id,
          title: [...words, tab.subtitle === cluster?.name ? undefined : where].filter(Boolean).join(' · '),
          ...(icon && { icon }),
          perform: () => showDockTab(tab.id),
        }
      })}
    />
  )
}

function DockPane({ tab, isActive }: { tab: DockTab; isActive: boolean }) {
  const kind = kinds.get(tab.kind)
  return (
    <div role="tabpanel" aria-labelledby={`dock-${tab.id}`} className="app-dock-pane" hidden={!isActive}>
      {kind ? (
        <ErrorBoundary name={tab.title}>
          <Suspense fallback={<LoadingState />}>
            <kind.component tab={tab} isActive={isActive} />
          </Suspense>
        </ErrorBoundary>
      ) : null}
    </div>
  )
}
