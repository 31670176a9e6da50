import { join } from 'node:path'
import { app, BrowserWindow, nativeTheme, screen } from 'electron'
import { builtDirectory } from './paths.ts'
import { pageUrl } from './protocol.ts'
import { readWindowState, visibleBounds, writeWindowState } from './windowState.ts'

/** Opens the window where and as large as it was last time, in sight of the screens there are now. */
export function openWindow(): BrowserWindow {
  const file = join(app.getPath('userData'), 'window.json')
  const state = readWindowState(file)
  const screens = screen.getAllDisplays().map(({ workArea }) => workArea)
  const window = new BrowserWindow({
    ...visibleBounds(state, screens),
    minWidth: 1100,
    minHeight: 700,
    show: false,
    title: 'Agency Swarm Console',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#111417' : '#F4F5F7',
    titleBarStyle: 'hidden',
    titleBarOverlay: overlay(),
    webPreferences: {
      preload: join(builtDirectory, 'preload', 'index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  if (state.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () =>
    writeWindowState(file, { maximized: window.isMaximized(), bounds: window.getNormalBounds() }),
  )
  const recolour = () => {
    if (process.platform === 'darwin') return
    try {
      window.setTitleBarOverlay(overlay())
    } catch {
      // A Linux desktop that draws the buttons itself: Electron lacks the method there, or it throws.
    }
  }
  nativeTheme.on('updated', recolour)
  window.on('closed', () => nativeTheme.off('updated', recolour))
  // The page died (memory, a signal): all it shows comes from the engine, so it is loaded again.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit' && reason !== 'launch-failed') void window.loadURL(pageUrl)
  })
  void window.loadURL(pageUrl)
  return window
}

/** The system's window buttons on our 44 px title bar; colours are the tokens `chrome` and `text 2`. */
function overlay(): { color: string; symbolColor: string; height: number } {
  const dark = nativeTheme.shouldUseDarkColors
  return { color: '#00000000', symbolColor: dark ? '#ABB3BC' : '#434D58', height: 40 }
}
