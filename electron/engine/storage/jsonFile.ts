import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { isCode, storageError, writeDurably } from './durable.ts'

export interface JsonFileOptions<T> {
  path: string
  schema: z.ZodType<T>
  /** What holds while there is no file, or none that can be read. */
  initial: T
  /** The content as the middle of a sentence, for errors: "the settings". */
  what: string
  /** Told of a file that could not be read. By default it goes to the engine's log. */
  onProblem?: (message: string) => void
}

/**
 * One value in one JSON file: read once, replaced atomically, simultaneous updates one after the other. A file that cannot be read never
 * keeps the app from starting: it is set aside as `<name>.unreadable-<time>` and reported, and the initial value holds.
 */
export class JsonFile<T> {
  readonly #options: JsonFileOptions<T>
  #current: T
  #saving: Promise<unknown> = Promise.resolve()

  constructor(options: JsonFileOptions<T>) {
    this.#options = options
    this.#current = this.#read()
  }

  /** What is on disk, or the initial value. */
  get current(): T {
    return this.#current
  }

  /**
   * Replaces the value by what `change` makes of it, and resolves when that is on disk.
   * @throws ConsoleError DISK_FULL, STORAGE_FAILED; value and file are then as they were
   */
  update(change: (current: T) => T): Promise<T> {
    const saved = this.#saving.then(() => this.#write(change(this.#current)))
    this.#saving = saved.catch(() => undefined)
    return saved
  }

  async #write(next: T): Promise<T> {
    const { path, what } = this.#options
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await writeDurably(path, JSON.stringify(next, null, 2))
    } catch (error) {
      throw storageError(error, what, path)
    }
    this.#current = next
    return next
  }

  #read(): T {
    const { path, schema, initial, what } = this.#options
    const report = this.#options.onProblem ?? ((message: string) => console.error(message))
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
    } catch (error) {
      if (isCode(error, 'ENOENT')) return initial
      const reason = error instanceof Error ? error.message : String(error)
      report(`${path}: ${what} could not be read (${reason}). ${setAside(path)}`)
      return initial
    }
  }
}

/** @returns where the file is now, as a sentence */
function setAside(path: string): string {
  const aside = `${path}.unreadable-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  try {
    renameSync(path, aside)
    return `The file is kept as ${aside}.`
  } catch (error) {
    return `It could not be moved (${error instanceof Error ? error.message : String(error)}) and is replaced by the next change.`
  }
}
