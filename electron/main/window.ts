import { join } from 'node:path'
import { BrowserWindow, nativeTheme } from 'electron'
import Store from 'electron-store'
import { builtDirectory } from './paths.ts'
import { pageUrl } from './protocol.ts'

interface WindowState {
  bounds: { x?: number; y?: number; width: number; height: number }
  maximized: boolean
}

const defaults: WindowState = { bounds: { width: 1440, height: 900 }, maximized: false }

/** Opens the one window where and as large as it was last time. */
export function openWindow(): BrowserWindow {
  const store = new Store<WindowState>({ name: 'window', defaults })
  const window = new BrowserWindow({
    ...store.get('bounds'),
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
  if (store.get('maximized')) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => {
    store.set('maximized', window.isMaximized())
    store.set('bounds', window.getNormalBounds())
  })
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
  void window.loadURL(pageUrl)
  return window
}

/** The system's window buttons on our 44 px title bar; colours are the tokens `chrome` and `text 2`. */
function overlay(): { color: string; symbolColor: string; height: number } {
  const dark = nativeTheme.shouldUseDarkColors
  return { color: '#00000000', symbolColor: dark ? '#ABB3BC' : '#434D58', height: 40 }
}
