import { app, session, type IpcMainEvent, type WebContents } from 'electron'
import { pageOrigin } from './protocol.ts'

/** The page may show itself and nothing else: no navigation, no windows, no webviews, no permissions, no downloads. */
export function lockDown(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
}

/** Must run after the app is ready. Copying to the clipboard is the one thing a page of ours asks for. */
export function denyPermissions(): void {
  const allowed = new Set(['clipboard-sanitized-write'])
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed.has(permission)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed.has(permission))
  session.defaultSession.setDevicePermissionHandler(() => false)
  session.defaultSession.on('will-download', (event) => event.preventDefault())
}

/** True only for the top frame of our own page in one of our windows. Every message from a page passes here first. */
export function isOurPage(event: IpcMainEvent, windows: Iterable<WebContents>): boolean {
  const frame = event.senderFrame
  if (frame === null || frame !== event.sender.mainFrame) return false
  return frame.origin === pageOrigin && [...windows].includes(event.sender)
}
