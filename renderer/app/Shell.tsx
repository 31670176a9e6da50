import { Tooltip } from '@base-ui/react/tooltip'
import { SingleKeys, useSize, useTimeZone } from '../kit/index.ts'
import { ConfirmDialog } from './ConfirmDialog.tsx'
import { DockView } from './DockView.tsx'
import { drawerSlot } from './Drawer.tsx'
import { isOfCluster } from './feature.ts'
import { backgrounds, pages } from './features.ts'
import { Feeds } from './Feeds.tsx'
import { PageFrame } from './PageFrame.tsx'
import { Palette } from './Palette.tsx'
import { Rail } from './Rail.tsx'
import { ShellActions } from './ShellActions.tsx'
import { ShortcutSheet } from './ShortcutSheet.tsx'
import { useCurrentCluster } from './state/clusters.ts'
import { useLayout } from './state/layout.ts'
import { useLocation } from './state/location.ts'
import { useSettings } from './state/settings.ts'
import { StatusBar } from './StatusBar.tsx'
import { TitleBar } from './TitleBar.tsx'
import { Toasts } from './Toasts.tsx'
import { useKeyboard } from './useKeyboard.ts'
import { useTheme } from './useTheme.ts'
import './Shell.css'

/** Below this width of the main column the rail collapses, and in a window this narrow the drawer lies above the page. */
const smallestMain = 960
const railWidths = { open: 176, collapsed: 48 }

/** The whole window. */
export function Shell() {
  useTheme()
  useKeyboard()
  // Times are written by plain functions: a change of the clock draws everything again.
  useTimeZone()
  const hasSingleKeys = useSettings((state) => state.settings?.singleKeys ?? true)
  const [box, { width }] = useSize<HTMLDivElement>(window.innerWidth, window.innerHeight)
  const { isRailCollapsed, drawers, drawerWidth } = useLayout()
  const pageId = useLocation((location) => location.page)
  const current = useCurrentCluster()
  const page = pages.find((candidate) => candidate.id === pageId) ?? pages[0]
  const cluster = page && isOfCluster(page) ? current : undefined
  const drawer = drawers > 0 ? drawerWidth : 0
  const isNarrow = width - railWidths.open - drawer < smallestMain
  const isOverlaid = drawer > 0 && width - railWidths.collapsed - drawer < smallestMain - 260
  return (
    <SingleKeys value={hasSingleKeys}>
      <Tooltip.Provider delay={400} closeDelay={0}>
        <div ref={box} className="app" data-environment={cluster?.environment}>
          <div className="app-band" />
          <TitleBar cluster={cluster} />
          <div className="app-middle">
            <Rail isCollapsed={isRailCollapsed || isNarrow} isForced={isNarrow} />
            <div className="app-work">
              <div className="app-upper">
                {page ? <PageFrame page={page} cluster={cluster} /> : null}
                <div id={drawerSlot} className={isOverlaid ? 'app-drawer-slot app-drawer-over' : 'app-drawer-slot'} />
              </div>
              <DockView />
            </div>
          </div>
          <StatusBar cluster={cluster} />
          <Palette />
          <ShortcutSheet />
          <ConfirmDialog />
          <Toasts />
          <Feeds />
          <ShellActions />
          {backgrounds.map((Background, index) => (
            <Background key={index} />
          ))}
        </div>
      </Tooltip.Provider>
    </SingleKeys>
  )
}
