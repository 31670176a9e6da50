import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import type { Suite } from '#shared/contract/base.ts'
import { flush, isCode, writeDurably } from '../../storage/durable.ts'
import { FileFault, openRegular } from '../../storage/regularFile.ts'
import { suiteFolder } from '../../storage/suiteFolder.ts'
import { damaged } from './catalogueFaults.ts'
import type { PartialBackup, Repository } from './repository.ts'

const partial = '.partial'

/** `<root>/<cluster>/<namespace>/<id>/<member>`. A folder that is still being written is called `<id>.partial` and is never a backup. */
export class FolderRepository implements Repository {
  readonly #root: string
  readonly #writing = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  describe(suite: Suite, id?: string): string {
    const folder = suiteFolder(this.#root, suite)
    return id === undefined ? folder : join(folder, id)
  }

  async list(suite: Suite): Promise<string[]> {
    return (await this.#folders(suite)).filter((name) => !name.endsWith(partial))
  }

  async stat(suite: Suite, id: string, member: string): Promise<{ bytes: number; version: string } | undefined> {
    try {
      const file = await openRegular(this.#path(suite, id, member))
      const { size, mtimeMs } = await file.stat().finally(() => file.close())
      return { bytes: size, version: `${size} ${mtimeMs}` }
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined
      throw error instanceof FileFault ? damaged(this.#path(suite, id, member), { raw: error.message }) : error
    }
  }

  read(suite: Suite, id: string, member: string, signal?: AbortSignal): Readable {
    return Readable.from(chunksOf(this.#path(suite, id, member), signal), { objectMode: false })
  }

  put(suite: Suite, id: string, member: string, text: string): Promise<void> {
    return writeDurably(this.#path(suite, id, member), text)
  }

  async create(suite: Suite, id: string): Promise<PartialBackup> {
    const final = this.describe(suite, id)
    const path = final + partial
    const members: string[] = []
    await mkdir(path, { recursive: true, mode: 0o700 })
    this.#writing.add(path)
    return {
      openMember: (name) => {
        members.push(name)
        return createWriteStream(join(path, name), { flags: 'wx', mode: 0o600 })
      },
      commit: async () => {
        for (const name of members) await flush(join(path, name))
        await flush(path)
        await rename(path, final)
        await flush(this.describe(suite))
        this.#writing.delete(path)
      },
      discard: async () => {
        await rm(path, { recursive: true, force: true })
        this.#writing.delete(path)
      },
    }
  }

  /** Renames first, so that what is left of an interrupted deletion is swept. */
  async delete(suite: Suite, id: string): Promise<boolean> {
    const path = this.describe(suite, id)
    try {
      await rename(path, path + partial)
    } catch (error) {
      if (isCode(error, 'ENOENT')) return false
      throw error
    }
    await rm(path + partial, { recursive: true, force: true })
    return true
  }

  async sweep(suite: Suite): Promise<number> {
    const stale = (await this.#folders(suite))
      .map((name) => this.describe(suite, name))
      .filter((path) => path.endsWith(partial) && !this.#writing.has(path))
    for (const path of stale) await rm(path, { recursive: true, force: true })
    return stale.length
  }

  /** Of the file system that holds the folder. */
  async space(): Promise<{ freeBytes: number; totalBytes: number }> {
    // Before the first backup the folder is not there yet: it will lie on the same file system as the one above it.
    const { bavail, blocks, bsize } = await statfs(this.#root).catch((error: unknown) => {
      if (isCode(error, 'ENOENT')) return statfs(dirname(this.#root))
      throw error
    })
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }

  #path(suite: Suite, id: string, member: string): string {
    return join(this.describe(suite, id), member)
  }

  async #folders(suite: Suite): Promise<string[]> {
    try {
      return await readdir(this.describe(suite))
    } catch (error) {
      if (isCode(error, 'ENOENT')) return []
      throw error
    }
  }
}

async function* chunksOf(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const file = await openRegular(path)
  // Closes the file when it ends, also early.
  for await (const bytes of file.createReadStream({ highWaterMark: 256 * 1024, signal })) yield bytes as Buffer
}
