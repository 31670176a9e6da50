import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { storageError, writeDurably } from './durable.ts'
import { setAside } from './fileProblems.ts'
import { isAbsent, readRegularSync } from './regularFile.ts'

export interface JsonFileOptions<T> {
  path: string
  schema: z.ZodType<T>
  /** What holds while there is no file, or none that can be read. */
  initial: T
  /** The content as the middle of a sentence, for errors: "the settings". */
  what: string
  /** What the initial value means where the file could not be read, as a whole sentence. */
  otherwise?: string
}

/**
 * One value in one JSON file: read once, replaced atomically, simultaneous updates one after the other. A file that cannot be read never
 * keeps the app from starting: it is set aside as `<name>.unreadable-<time>`, reported, and the initial value holds.
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
    const { path, schema, initial, what, otherwise = 'The defaults apply.' } = this.#options
    try {
      return schema.parse(JSON.parse(readRegularSync(path).toString('utf8')))
    } catch (error) {
      if (isAbsent(path, error)) return initial
      setAside(path, `${what.charAt(0).toUpperCase()}${what.slice(1)}`, reasonOf(error), otherwise)
      return initial
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues
      .map(({ path, message }) => `${path.join('.')} ${message}`)
      .join('; ')
      .trim()
  if (error instanceof SyntaxError) return 'it is not valid JSON'
  return error instanceof Error ? error.message : String(error)
}
