import { join } from 'node:path'
import { Menu, nativeImage, Notification, Tray } from 'electron'
import type { RunningWork } from '#shared/rpc/host.ts'
import { resourcesDirectory } from './paths.ts'

interface BackgroundActions {
  open: () => void
  stopAndQuit: () => void
  /** Whether the app quits when the work has ended. */
  quitsWhenDone: () => boolean
  setQuitsWhenDone: (quits: boolean) => void
}

/** The app without a window: an icon in the notification area while work runs. */
export class Background {
  readonly #actions: BackgroundActions
  #tray: Tray | undefined

  constructor(actions: BackgroundActions) {
    this.#actions = actions
  }

  get isOn(): boolean {
    return this.#tray !== undefined
  }

  show(work: readonly RunningWork[]): void {
    if (!this.#tray) {
      const icon = nativeImage.createFromPath(join(resourcesDirectory, 'icons', 'icon.png'))
      this.#tray = new Tray(icon.resize({ width: 22, height: 22 }))
      this.#tray.on('click', this.#actions.open)
    }
    const { open, stopAndQuit, quitsWhenDone, setQuitsWhenDone } = this.#actions
    this.#tray.setToolTip(
      work.length === 0 ? 'Agency Swarm Console' : `Agency Swarm Console: ${work.map(({ title }) => title).join(', ')}`,
    )
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: 'Open the console', click: open },
        { type: 'separator' },
        ...work.slice(0, 8).map(({ title }) => ({ label: title, enabled: false })),
        ...(work.length === 0 ? [{ label: 'No work is running', enabled: false }] : []),
        { type: 'separator' },
        {
          label: 'Quit when the work has ended',
          type: 'checkbox',
          checked: quitsWhenDone(),
          click: ({ checked }) => setQuitsWhenDone(checked),
        },
        { label: work.length === 0 ? 'Quit' : 'Stop the work and quit', click: stopAndQuit },
      ]),
    )
  }

  hide(): void {
    this.#tray?.destroy()
    this.#tray = undefined
  }

  /** A message of the system; a click opens the window. Silent where the system shows none. */
  notify(title: string, body: string): void {
    if (!Notification.isSupported()) return
    const notification = new Notification({ title, body })
    notification.on('click', this.#actions.open)
    notification.show()
  }
}
