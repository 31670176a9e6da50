import { join } from 'node:path'
import { settings, type Settings } from '#shared/contract/app.ts'
import { Broadcast } from '../flow/broadcast.ts'
import { JsonFile } from './jsonFile.ts'

const defaults: Settings = {
  theme: 'dark',
  timeZone: 'local',
  kubectlPath: '',
  kubeconfigFiles: [],
  singleKeys: true,
  imageRegistry: '',
}

/** The person's settings, in one file. Settings that an earlier version did not know have their defaults. */
export class SettingsFile {
  readonly changes = new Broadcast<Settings>()
  readonly #file: JsonFile<Settings>

  constructor(directory: string) {
    this.#file = new JsonFile({
      path: join(directory, 'settings.json'),
      schema: settings.partial().transform((given) => ({ ...defaults, ...given })),
      initial: defaults,
      what: 'the settings',
    })
  }

  get current(): Settings {
    return this.#file.current
  }

  /** @throws ConsoleError DISK_FULL, STORAGE_FAILED; the settings are then as they were */
  async update(change: Partial<Settings>): Promise<Settings> {
    const next = await this.#file.update((current) => ({ ...current, ...change }))
    this.changes.emit(next)
    return next
  }
}
