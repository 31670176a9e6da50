import { userInfo } from 'node:os'
import { app, BrowserWindow, ipcMain, Menu, powerMonitor } from 'electron'
import manifest from '../../package.json' with { type: 'json' }
import { requestPort } from '#shared/rpc/handshake.ts'
import { EngineSupervisor } from './engineSupervisor.ts'
import { answerHostRequests } from './hostRequests.ts'
import { appMenu } from './menu.ts'
import { resourcesDirectory } from './paths.ts'
import { declareScheme, servePage } from './protocol.ts'
import { denyPermissions, isOurPage, lockDown } from './security.ts'
import { openWindow } from './window.ts'

// Tests and portable installations bring their own place for files.
const ownDirectory = process.env.CONSOLE_DATA_DIRECTORY
if (ownDirectory) app.setPath('userData', ownDirectory)

declareScheme()
lockDown()

function run(): void {
  const engine = new EngineSupervisor({
    dataDirectory: app.getPath('userData'),
    resourcesDirectory,
    user: userInfo().username,
    version: manifest.version,
    runtime: { electron: process.versions.electron, chrome: process.versions.chrome, node: process.versions.node },
  })
  const host = answerHostRequests(engine)
  const windows = () => BrowserWindow.getAllWindows().map((window) => window.webContents)
  ipcMain.on(requestPort, (event) => {
    if (isOurPage(event, windows())) engine.attach(event.sender)
  })
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  app.on('window-all-closed', () => app.quit())
  let finished = false
  app.on('before-quit', (event) => {
    if (finished) return
    event.preventDefault()
    void Promise.allSettled([engine.stop(), host.stop()]).then(() => {
      finished = true
      app.quit()
    })
  })
  void app.whenReady().then(() => {
    servePage()
    denyPermissions()
    Menu.setApplicationMenu(appMenu())
    engine.start()
    powerMonitor.on('resume', () => engine.send({ type: 'event', event: 'resume' }))
    openWindow()
    app.on('activate', () => BrowserWindow.getAllWindows().length === 0 && openWindow())
  })
}

if (app.requestSingleInstanceLock()) run()
else app.quit()
