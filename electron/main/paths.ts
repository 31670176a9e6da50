import { join } from 'node:path'
import { app } from 'electron'

/** The folder that holds `out/` and `resources/`: the checkout, or the packaged app. */
export const appRoot = app.isPackaged ? app.getAppPath() : join(import.meta.dirname, '..', '..')

export const builtDirectory = join(appRoot, 'out')

/** In a packaged app resources lie beside the archive, where programs other than Electron can read them. */
export const resourcesDirectory = app.isPackaged ? join(process.resourcesPath, 'resources') : join(appRoot, 'resources')
