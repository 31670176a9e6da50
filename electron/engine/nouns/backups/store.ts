import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Writable } from 'node:stream'
import type { Suite } from '#shared/contract/base.ts'
import type { Backup } from '#shared/contract/backups.ts'
import { ConsoleError, faultOf } from '#shared/errors.ts'
import { suiteFolder } from '../../storage/suiteFolder.ts'
import { flush, isCode, writeDurably } from '../../storage/durable.ts'
import { hashFile } from './durable.ts'
import { archiveName, archiveOf, manifest, verifiedRecord, type Manifest, type VerifiedRecord } from './manifest.ts'
import { recoveryId } from './names.ts'
import { Seal, type Signer } from './seal.ts'

const manifestName = 'manifest.json'
const verifiedName = 'verified.json'
const partial = '.partial'

/** A backup that is being written. */
export interface PartialBackup {
  readonly archivePath: string
  openArchive(): Writable
  /** Flushes everything, then gives it its name: only now it is a backup. */
  commit(contents: Manifest): Promise<void>
  /** Removes all of it. */
  discard(): Promise<void>
}

/**
 * `<data>/backups/<cluster>/<namespace>/<id>/{manifest.json, database.dump, verified.json}`. A folder that is still being written is
 * called `<id>.partial` and is never a backup.
 */
export class BackupStore {
  readonly root: string
  readonly #seal: Seal
  readonly #isSameCluster: (a: string, b: string) => boolean
  readonly #writing = new Set<string>()
  /** Hashes by path, length and time of change: an archive is read once, and again when it was touched. */
  readonly #hashes = new Map<string, string>()

  /** @param isSameCluster whether two ids name one cluster: an older manifest knows its cluster by a former one */
  constructor(dataDirectory: string, isSameCluster = (a: string, b: string) => a === b) {
    this.#isSameCluster = isSameCluster
    this.root = join(dataDirectory, 'backups')
    this.#seal = new Seal(this.root)
  }

  directory(suite: Suite): string {
    return suiteFolder(this.root, suite)
  }

  archivePath(suite: Suite, id: string): string {
    return join(this.#path(suite, id), archiveName)
  }

  async create(suite: Suite, id: string): Promise<PartialBackup> {
    const final = this.#path(suite, id)
    const path = final + partial
    await mkdir(path, { recursive: true, mode: 0o700 })
    this.#writing.add(path)
    return {
      archivePath: join(path, archiveName),
      openArchive: () => createWriteStream(join(path, archiveName), { flags: 'wx', mode: 0o600 }),
      commit: async (contents) => {
        await writeDurably(join(path, manifestName), this.#seal.close('manifest', contents))
        await flush(join(path, archiveName))
        await flush(path)
        await rename(path, final)
        await flush(this.directory(suite))
        this.#writing.delete(path)
      },
      discard: async () => {
        await rm(path, { recursive: true, force: true })
        this.#writing.delete(path)
      },
    }
  }

  /** Newest first. @param deep reads every archive that was not read yet; else its length alone is compared */
  async list(suite: Suite, deep: boolean, signal?: AbortSignal): Promise<Backup[]> {
    const ids = (await this.#folders(suite)).filter((name) => recoveryId.safeParse(name).success)
    const backups: Backup[] = []
    for (const id of ids.sort().reverse()) {
      signal?.throwIfAborted()
      const found = await this.#describe(suite, id, deep)
      if (found) backups.push(found)
    }
    return backups
  }

  /**
   * The manifest of a backup whose every byte was just compared.
   * @throws ConsoleError NOT_FOUND, ARCHIVE_DAMAGED
   */
  async checked(suite: Suite, id: string, signal?: AbortSignal): Promise<Manifest> {
    const { contents } = await this.#manifest(suite, id)
    for (const { name } of contents.members) this.#hashes.delete(join(this.#path(suite, id), name))
    await this.#checkMembers(suite, contents, true, signal)
    return contents
  }

  /** The newest backup whose manifest can be read, damaged archive or not. */
  async newestManifest(suite: Suite): Promise<Manifest | undefined> {
    for (const id of (await this.#folders(suite)).sort().reverse()) {
      if (!recoveryId.safeParse(id).success) continue
      const found = await this.#manifest(suite, id).catch(() => undefined)
      if (found) return found.contents
    }
    return undefined
  }

  async recordVerified(suite: Suite, record: VerifiedRecord): Promise<void> {
    await writeDurably(join(this.#path(suite, record.id), verifiedName), this.#seal.close('verified', record))
  }

  /** Renames first: a deletion that is interrupted leaves no half backup in the list. */
  async delete(suite: Suite, id: string): Promise<void> {
    const path = this.#path(suite, id)
    try {
      await rename(path, path + partial)
    } catch (error) {
      if (isCode(error, 'ENOENT')) throw notFound(id)
      throw error
    }
    await rm(path + partial, { recursive: true, force: true })
  }

  /** Removes what an earlier session left half written. @returns how many */
  async sweep(suite: Suite): Promise<number> {
    const stale = (await this.#folders(suite))
      .map((name) => join(this.directory(suite), name))
      .filter((path) => path.endsWith(partial) && !this.#writing.has(path))
    for (const path of stale) await rm(path, { recursive: true, force: true })
    return stale.length
  }

  /** Bytes of the file system that holds the backups. */
  async space(): Promise<{ freeBytes: number; totalBytes: number }> {
    // Before the first backup the folder is not there yet: it will lie on the same file system as the one above it.
    const { bavail, blocks, bsize } = await statfs(this.root).catch((error: unknown) => {
      if (isCode(error, 'ENOENT')) return statfs(dirname(this.root))
      throw error
    })
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }

  #path(suite: Suite, id: string): string {
    if (!recoveryId.safeParse(id).success) throw notFound(id)
    return join(this.directory(suite), id)
  }

  async #folders(suite: Suite): Promise<string[]> {
    try {
      return await readdir(this.directory(suite))
    } catch (error) {
      if (isCode(error, 'ENOENT')) return []
      throw error
    }
  }

  async #manifest(suite: Suite, id: string): Promise<{ contents: Manifest; signer: Signer }> {
    const path = join(this.#path(suite, id), manifestName)
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (isCode(error, 'ENOENT')) throw notFound(id)
      throw error
    }
    const { contents, signer } = this.#seal.open('manifest', manifest, text, path)
    const isHere =
      contents.id === id &&
      this.#isSameCluster(contents.cluster, suite.cluster) &&
      contents.namespace === suite.namespace
    if (isHere) return { contents: { ...contents, cluster: suite.cluster }, signer }
    throw new ConsoleError('ARCHIVE_DAMAGED', 'This backup is of another cluster, namespace or time than its folder.', {
      path,
      is: { id: contents.id, cluster: contents.cluster, namespace: contents.namespace },
    })
  }

  async #checkMembers(suite: Suite, contents: Manifest, deep: boolean, signal?: AbortSignal): Promise<void> {
    archiveOf(contents)
    for (const member of contents.members) {
      const path = join(this.#path(suite, contents.id), member.name)
      const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: 0 }))
      if (size !== member.bytes) throw damaged(path, { expected: member.bytes, found: size })
      const known = this.#hashes.get(path)
      const key = `${size} ${mtimeMs} `
      if (!known?.startsWith(key) && !deep) continue
      const sha256 = known?.startsWith(key) ? known.slice(key.length) : await hashFile(path, signal)
      this.#hashes.set(path, key + sha256)
      if (sha256 !== member.sha256) throw damaged(path, { expected: member.sha256, found: sha256 })
    }
  }

  async #describe(suite: Suite, id: string, deep: boolean): Promise<Backup | undefined> {
    const directory = this.#path(suite, id)
    let known = unreadable(suite, id, directory)
    try {
      const { contents, signer } = await this.#manifest(suite, id)
      known = asBackup(contents, signer, directory)
      await this.#checkMembers(suite, contents, deep)
      const verified = await this.#verified(suite, contents)
      return { ...known, ...(verified && { state: 'verified', verifiedAt: verified.at }) }
    } catch (thrown) {
      return { ...known, state: 'damaged', fault: faultOf(thrown) }
    }
  }

  /** A record that is damaged, or signed by another console, proves nothing here; the backup itself is as sound as before. */
  async #verified(suite: Suite, contents: Manifest): Promise<VerifiedRecord | undefined> {
    const path = join(this.#path(suite, contents.id), verifiedName)
    try {
      const text = await readFile(path, 'utf8')
      const { contents: record, signer } = this.#seal.open('verified', verifiedRecord, text, path)
      const isOfThis = record.id === contents.id && record.archive === archiveOf(contents).sha256
      return isOfThis && signer.isThisConsole ? record : undefined
    } catch {
      return undefined
    }
  }
}

const notFound = (id: string) => new ConsoleError('NOT_FOUND', `There is no backup ${id} here (any more).`, { id })

const damaged = (path: string, details: Record<string, unknown>) =>
  new ConsoleError(
    'ARCHIVE_DAMAGED',
    'The archive of this backup is not what was written: it is cut short or was changed. It is not used. Choose another backup; the database is untouched.',
    { path, ...details },
  )

function asBackup(contents: Manifest, signedBy: Signer, directory: string): Backup {
  const { database, members, emptied, format: _format, audit: _audit, ...rest } = contents
  const alarm = emptied.length > 0 && {
    fault: {
      code: 'VERIFICATION_FAILED',
      message: `Compared with the backup before, ${emptied.length === 1 ? 'a table has' : 'tables have'} lost all rows: ${emptied.join(', ')}. Earlier backups still have them.`,
      details: { emptied },
    },
  }
  return {
    ...rest,
    bytes: members.reduce((sum, { bytes }) => sum + bytes, 0),
    state: 'intact',
    ...alarm,
    database: {
      ...database,
      sequences: database.sequences.map(({ name, value }) => ({ name, value })),
    },
    members,
    signedBy,
    directory,
  }
}

/** What can be said of a backup whose manifest is lost: its folder's name is its time. */
function unreadable(suite: Suite, id: string, directory: string): Backup {
  const time = id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z.*$/, '$1-$2-$3T$4:$5:$6.$7Z')
  const nothing = { name: '', bytes: 0, serverVersion: '', dumpVersion: '', schemaVersion: '' }
  return {
    ...suite,
    id,
    clusterName: '',
    takenAt: Date.parse(time),
    tookMs: 0,
    by: '',
    reason: '',
    bytes: 0,
    state: 'damaged',
    database: { ...nothing, extensions: [], tables: [], sequences: [] },
    images: {},
    members: [],
    directory,
  }
}
