import { mkdirSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { settings, type Settings } from '#shared/contract/app.ts'
import { Broadcast } from '../flow/broadcast.ts'

const defaults: Settings = { theme: 'dark', kubectlPath: '', kubeconfigFiles: [], singleKeys: true, imageRegistry: '' }

/** The person's settings, in one file. A file that does not fit is ignored until the next change. */
export class SettingsFile {
  readonly changes = new Broadcast<Settings>()
  readonly #path: string
  #current: Settings

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#path = join(directory, 'settings.json')
    this.#current = readSettings(this.#path)
  }

  get current(): Settings {
    return this.#current
  }

  async update(change: Partial<Settings>): Promise<Settings> {
    this.#current = { ...this.#current, ...change }
    const next = `${this.#path}.next`
    await writeFile(next, JSON.stringify(this.#current, null, 2), { mode: 0o600 })
    await rename(next, this.#path)
    this.changes.emit(this.#current)
    return this.#current
  }
}

function readSettings(path: string): Settings {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return defaults
    throw error
  }
  const parsed = settings.partial().safeParse(parseJson(text))
  return parsed.success ? { ...defaults, ...parsed.data } : defaults
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
