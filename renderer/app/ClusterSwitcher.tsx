import { Popover } from '@base-ui/react/popover'
import { ChevronsUpDown, Layers, Plus, Search } from 'lucide-react'
import { useRef, useState } from 'react'
import type { ContextRow, Environment } from '#shared/contract/clusters.ts'
import { EnvironmentChip, EnvironmentMark, formatCount, Keys, StatusGlyph } from '../kit/index.ts'
import { addKubeconfig } from './addKubeconfig.ts'
import { healthWords, roleWords } from './clusterWords.ts'
import { clusterKey, enterCluster } from './clusterOrder.ts'
import { useClusters, useOrderedContexts } from './state/clusters.ts'
import { useLayout } from './state/layout.ts'
import { navigate, useLocation } from './state/location.ts'
import './ClusterSwitcher.css'

/** The cluster that the window shows, and the way to another one. */
export function ClusterSwitcher({ current }: { current: ContextRow | undefined }) {
  const isOpen = useLayout((layout) => layout.isSwitcherOpen)
  const count = useClusters((state) => state.clusters.length)
  const search = useRef<HTMLInputElement>(null)
  return (
    <Popover.Root open={isOpen} onOpenChange={(open) => useLayout.setState({ isSwitcherOpen: open })}>
      <Popover.Trigger className="app-switcher">
        {current ? (
          <>
            <EnvironmentChip environment={current.environment} />
            <span className="truncate">
              <span className="visually-hidden">Cluster </span>
              {current.name}
            </span>
          </>
        ) : (
          <>
            <Layers size={15} strokeWidth={1.6} aria-hidden />
            <span>All clusters</span>
            <span className="dim">{formatCount(count)}</span>
          </>
        )}
        <ChevronsUpDown size={13} strokeWidth={1.6} aria-hidden />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="k-layer" sideOffset={0} align="start" alignOffset={0}>
          <Popover.Popup className="app-switcher-popup" aria-label="Clusters" initialFocus={search}>
            <SwitcherList search={search} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function SwitcherList({ search }: { search: React.RefObject<HTMLInputElement | null> }) {
  const [filter, setFilter] = useState('')
  const all = useOrderedContexts()
  const shown = all.filter((cluster) =>
    `${cluster.name} ${cluster.environment}`.toLowerCase().includes(filter.toLowerCase()),
  )
  const [active, setActive] = useState(0)
  const index = Math.min(active, shown.length - 1)
  const choose = (cluster: ContextRow | undefined) => {
    if (!cluster) return
    useLayout.setState({ isSwitcherOpen: false })
    enterCluster(cluster.id)
  }
  return (
    <>
      <div className="app-switcher-search">
        <Search size={14} strokeWidth={1.6} aria-hidden />
        <input
          ref={search}
          aria-label="Find a cluster"
          placeholder="Find a cluster"
          role="combobox"
          aria-expanded
          aria-controls="app-switcher-list"
          aria-activedescendant={shown[index] ? `switch-${shown[index].id}` : undefined}
          value={filter}
          spellCheck={false}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') setActive(Math.min(index + 1, shown.length - 1))
            else if (event.key === 'ArrowUp') setActive(Math.max(index - 1, 0))
            else if (event.key === 'Enter') choose(shown[index])
            else return
            event.preventDefault()
          }}
        />
        <Keys keys="Esc" />
      </div>
      <div id="app-switcher-list" role="listbox" aria-label="Clusters" className="app-switcher-list">
        {groups(shown).map(([environment, members]) => (
          <div key={environment} role="group" aria-label={environment}>
            <div className="app-switcher-group">
              <EnvironmentChip environment={environment} />
              <span className="note">{environment === 'sandbox' ? 'built in' : members.length}</span>
            </div>
            {members.map((cluster) => (
              <SwitcherEntry
                key={cluster.id}
                cluster={cluster}
                number={all.indexOf(cluster) + 1}
                isActive={cluster === shown[index]}
                onChoose={() => choose(cluster)}
              />
            ))}
          </div>
        ))}
        {shown.length === 0 ? <p className="app-switcher-none">No cluster has “{filter}” in its name.</p> : null}
      </div>
      <div className="app-switcher-footer">
        <button type="button" className="app-link" onClick={() => void addKubeconfig()}>
          <Plus size={14} strokeWidth={1.6} aria-hidden /> Add cluster
        </button>
        <button
          type="button"
          className="app-link app-link-quiet"
          onClick={() => {
            useLayout.setState({ isSwitcherOpen: false })
            navigate({ page: 'fleet' })
          }}
        >
          Fleet <Keys keys="G F" />
        </button>
      </div>
    </>
  )
}

function groups(clusters: readonly ContextRow[]): [Environment, ContextRow[]][] {
  const found = new Map<Environment, ContextRow[]>()
  for (const cluster of clusters) found.set(cluster.environment, [...(found.get(cluster.environment) ?? []), cluster])
  return [...found]
}

interface SwitcherEntryProps {
  cluster: ContextRow
  number: number
  isActive: boolean
  onChoose: () => void
}

function SwitcherEntry({ cluster, number, isActive, onChoose }: SwitcherEntryProps) {
  const isCurrent = useLocation((location) => location.cluster === cluster.id)
  const name = useClusters((state) => state.clusters.find(({ id }) => id === cluster.cluster)?.name)
  const sibling = name === cluster.name ? undefined : name
  const { status, word } = healthWords[cluster.health]
  return (
    <div
      id={`switch-${cluster.id}`}
      role="option"
      aria-selected={isActive}
      className={isActive ? 'app-switcher-entry app-switcher-active' : 'app-switcher-entry'}
      onClick={onChoose}
    >
      <StatusGlyph status={status} size={14} />
      <EnvironmentMark environment={cluster.environment} />
      <div className="app-switcher-names">
        <div>
          <span className="strong truncate">{cluster.name}</span>{' '}
          {isCurrent ? <span className="note">current</span> : null}
        </div>
        <div className="note truncate">
          {[sibling && `same cluster as ${sibling}`, word, cluster.summary].filter(Boolean).join(', ')}
        </div>
      </div>
      {cluster.role ? <span className="note">{roleWords[cluster.role]}</span> : null}
      {clusterKey(number) === undefined ? null : <Keys keys={clusterKey(number) ?? ''} />}
    </div>
  )
}
