import { userInfo } from 'node:os'
import { app, BrowserWindow, ipcMain, Menu, powerMonitor } from 'electron'
import manifest from '../../package.json' with { type: 'json' }
import { requestPort } from '#shared/rpc/handshake.ts'
import { EngineSupervisor } from './engineSupervisor.ts'
import { outliveFaults } from './faults.ts'
import { answerHostRequests } from './hostRequests.ts'
import { Leaving } from './leaving.ts'
import { appMenu } from './menu.ts'
import { resourcesDirectory } from './paths.ts'
import { declareScheme, servePage } from './protocol.ts'
import { denyPermissions, isOurPage, lockDown } from './security.ts'
import { openWindow } from './window.ts'

// Tests and portable installations bring their own place for files.
const ownDirectory = process.env.CONSOLE_DATA_DIRECTORY
if (ownDirectory) app.setPath('userData', ownDirectory)

outliveFaults()
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
  const leaving = new Leaving({ engine, stopHost: () => host.stop(), openWindow })
  app.on('second-instance', () => leaving.showWindow())
  app.on('window-all-closed', () => leaving.windowsClosed())
  app.on('before-quit', (event) => leaving.beforeQuit(event))
  void app.whenReady().then(() => {
    servePage()
    denyPermissions()
    Menu.setApplicationMenu(appMenu())
    engine.start()
    leaving.followSystem()
    powerMonitor.on('resume', () => engine.send({ type: 'event', event: 'resume' }))
    leaving.showWindow()
    app.on('activate', () => leaving.showWindow())
  })
}

if (app.requestSingleInstanceLock()) run()
else app.quit()
