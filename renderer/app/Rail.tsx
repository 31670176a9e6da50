import { PanelLeft } from 'lucide-react'
import { places, type Page } from './feature.ts'
import { EnvironmentMark, Tooltip } from '../kit/index.ts'
import { pages } from './features.ts'
import { useCurrentCluster } from './state/clusters.ts'
import { useLayout } from './state/layout.ts'
import { navigate, useLocation } from './state/location.ts'
import './Rail.css'

const groups = places.filter((place) => place !== 'top' && place !== 'foot')

/**
 * Fleet, then the pages of the current cluster in three groups, then the foot.
 * @param isForced the window is too narrow for names, so there is nothing to choose
 */
export function Rail({ isCollapsed, isForced }: { isCollapsed: boolean; isForced: boolean }) {
  const cluster = useCurrentCluster()
  const current = useLocation((location) => location.page)
  const list = (place: Page['place']) =>
    pages
      .filter((page) => page.place === place)
      .map((page) => <RailEntry key={page.id} page={page} isCurrent={page.id === current} isCollapsed={isCollapsed} />)
  return (
    <nav className={isCollapsed ? 'app-rail app-rail-collapsed' : 'app-rail'} aria-label="Pages">
      <ul>{list('top')}</ul>
      {cluster ? (
        <>
          <div className="app-rail-cluster" title={cluster.name}>
            <EnvironmentMark environment={cluster.environment} />
            <span className="truncate">{cluster.name}</span>
          </div>
          {groups.map((group) => (
            <ul key={group} className="app-rail-group">
              {list(group)}
            </ul>
          ))}
        </>
      ) : null}
      <ul className="app-rail-foot">
        {list('foot')}
        {isForced ? null : <CollapseEntry isCollapsed={isCollapsed} />}
      </ul>
    </nav>
  )
}

function CollapseEntry({ isCollapsed }: { isCollapsed: boolean }) {
  return (
    <li>
      <Tooltip content={isCollapsed ? 'Show names' : 'Show icons only'} keys="Ctrl+B">
        <button
          type="button"
          className="app-rail-entry"
          aria-label={isCollapsed ? 'Expand the rail' : 'Collapse the rail'}
          onClick={() => useLayout.setState(({ isRailCollapsed }) => ({ isRailCollapsed: !isRailCollapsed }))}
        >
          <PanelLeft size={16} strokeWidth={1.6} aria-hidden />
          <span className="app-rail-title">Collapse</span>
        </button>
      </Tooltip>
    </li>
  )
}

function RailEntry({ page, isCurrent, isCollapsed }: { page: Page; isCurrent: boolean; isCollapsed: boolean }) {
  const Glyph = page.icon
  const entry = (
    <button
      type="button"
      className="app-rail-entry"
      aria-current={isCurrent ? 'page' : undefined}
      aria-label={page.title}
      onClick={() => navigate({ page: page.id })}
    >
      <Glyph size={16} strokeWidth={1.6} aria-hidden />
      <span className="app-rail-title">{page.title}</span>
      {page.Badge ? (
        <span className="app-rail-badge">
          <page.Badge />
        </span>
      ) : null}
    </button>
  )
  return (
    <li>
      {isCollapsed ? (
        <Tooltip content={page.title} keys={page.letter === undefined ? undefined : `G ${page.letter}`}>
          {entry}
        </Tooltip>
      ) : (
        entry
      )}
    </li>
  )
}
