import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Suite } from '#shared/contract/base.ts'
import type { Backup } from '#shared/contract/backups.ts'
import { ConsoleError, faultOf } from '#shared/errors.ts'
import { damaged, notFound } from './catalogueFaults.ts'
import { asBackup, unreadable } from './catalogueRow.ts'
import { archiveName, archiveOf, manifest, verifiedRecord, type Manifest, type VerifiedRecord } from './manifest.ts'
import { recoveryId } from './names.ts'
import type { Repository } from './repository.ts'
import type { Seal, Signer } from './seal.ts'

const manifestName = 'manifest.json'
const verifiedName = 'verified.json'
/** Bytes; a manifest of ten thousand tables is smaller. */
const largestText = 64 * 1024 * 1024

/** A backup that is being taken. */
export interface BackupInTheMaking {
  openArchive(): Writable
  /** Writes the signed manifest and commits: only now it is a backup. */
  commit(contents: Manifest): Promise<void>
  /** Removes all of it. */
  discard(): Promise<void>
}

/** The backups of a repository: what signed manifests say of them, and whether their members are what was written. */
export class Catalogue {
  readonly #repository: Repository
  readonly #seal: Seal
  readonly #isSameCluster: (a: string, b: string) => boolean
  /** Hashes by member, with its version: an archive is read once, and again when it was touched. */
  readonly #hashes = new Map<string, { version: string; sha256: string }>()

  /** @param isSameCluster whether two ids name one cluster: an older manifest knows its cluster by a former one */
  constructor(repository: Repository, seal: Seal, isSameCluster: (a: string, b: string) => boolean) {
    this.#repository = repository
    this.#seal = seal
    this.#isSameCluster = isSameCluster
  }

  /** Where the backups of a suite lie: for people to read. */
  describe(suite: Suite): string {
    return this.#repository.describe(suite)
  }

  /** Bytes of what holds the backups. */
  space(): Promise<{ freeBytes: number; totalBytes: number }> {
    return this.#repository.space()
  }

  /** The database's archive, from its beginning; errors come through the stream. */
  readArchive(suite: Suite, id: string): Readable {
    return this.#repository.read(suite, valid(id), archiveName)
  }

  async create(suite: Suite, id: string): Promise<BackupInTheMaking> {
    const partial = await this.#repository.create(suite, valid(id))
    return {
      openArchive: () => partial.openMember(archiveName),
      commit: async (contents) => {
        const description = partial.openMember(manifestName)
        description.end(this.#seal.close('manifest', contents))
        await once(description, 'finish')
        await partial.commit()
      },
      discard: () => partial.discard(),
    }
  }

  /** Newest first. @param deep reads every archive that was not read yet; else its length alone is compared */
  async list(suite: Suite, deep: boolean, signal?: AbortSignal): Promise<Backup[]> {
    const backups: Backup[] = []
    for (const id of await this.#ids(suite)) {
      signal?.throwIfAborted()
      backups.push(await this.#row(suite, id, deep))
    }
    return backups
  }

  /**
   * The manifest of a backup whose every byte was just compared.
   * @throws ConsoleError NOT_FOUND, ARCHIVE_DAMAGED
   */
  async checked(suite: Suite, id: string, signal?: AbortSignal): Promise<Manifest> {
    const { contents } = await this.#manifest(suite, id)
    for (const { name } of contents.members) this.#hashes.delete(this.#where(suite, id, name))
    await this.#checkMembers(suite, contents, true, signal)
    return contents
  }

  /** The newest backup whose manifest can be read, damaged archive or not. */
  async newestManifest(suite: Suite): Promise<Manifest | undefined> {
    for (const id of await this.#ids(suite)) {
      const found = await this.#manifest(suite, id).catch(() => undefined)
      if (found) return found.contents
    }
    return undefined
  }

  recordVerified(suite: Suite, record: VerifiedRecord): Promise<void> {
    return this.#repository.put(suite, valid(record.id), verifiedName, this.#seal.close('verified', record))
  }

  /** @throws ConsoleError NOT_FOUND */
  async delete(suite: Suite, id: string): Promise<void> {
    if (!(await this.#repository.delete(suite, valid(id)))) throw notFound(id)
  }

  /** Removes what an earlier session left half written. @returns how many */
  sweep(suite: Suite): Promise<number> {
    return this.#repository.sweep(suite)
  }

  /** Newest first. */
  async #ids(suite: Suite): Promise<string[]> {
    const names = await this.#repository.list(suite)
    return names
      .filter((name) => recoveryId.safeParse(name).success)
      .sort()
      .reverse()
  }

  #where(suite: Suite, id: string, member: string): string {
    return `${this.#repository.describe(suite, id)}/${member}`
  }

  async #manifest(suite: Suite, id: string): Promise<{ contents: Manifest; signer: Signer }> {
    const path = this.#where(suite, valid(id), manifestName)
    const description = await this.#small(suite, id, manifestName)
    if (description === undefined) throw notFound(id)
    const { contents, signer } = this.#seal.open('manifest', manifest, description, path)
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

  /** A text that the console wrote; undefined when it is not there. */
  async #small(suite: Suite, id: string, member: string): Promise<string | undefined> {
    const found = await this.#repository.stat(suite, id, member)
    if (!found) return undefined
    if (found.bytes > largestText) throw damaged(this.#where(suite, id, member), { found: found.bytes })
    return text(this.#repository.read(suite, id, member))
  }

  async #checkMembers(suite: Suite, contents: Manifest, deep: boolean, signal?: AbortSignal): Promise<void> {
    archiveOf(contents)
    for (const member of contents.members) {
      const where = this.#where(suite, contents.id, member.name)
      const found = await this.#repository.stat(suite, contents.id, member.name)
      if (found?.bytes !== member.bytes) throw damaged(where, { expected: member.bytes, found: found?.bytes ?? -1 })
      const { version } = found
      const known = this.#hashes.get(where)
      const isKnown = known?.version === version
      if (!isKnown && !deep) continue
      const read = () => this.#repository.read(suite, contents.id, member.name, signal)
      const sha256 = isKnown ? known.sha256 : await hashOf(read())
      this.#hashes.set(where, { version, sha256 })
      if (sha256 !== member.sha256) throw damaged(where, { expected: member.sha256, found: sha256 })
    }
  }

  async #row(suite: Suite, id: string, deep: boolean): Promise<Backup> {
    const directory = this.#repository.describe(suite, id)
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
    const path = this.#where(suite, contents.id, verifiedName)
    try {
      const written = (await this.#small(suite, contents.id, verifiedName)) ?? ''
      const { contents: record, signer } = this.#seal.open('verified', verifiedRecord, written, path)
      const isOfThis = record.id === contents.id && record.archive === archiveOf(contents).sha256
      return isOfThis && signer.isThisConsole ? record : undefined
    } catch {
      return undefined
    }
  }
}

/** Ids become names in a repository: what is none never reaches it. @throws ConsoleError NOT_FOUND */
function valid(id: string): string {
  if (!recoveryId.safeParse(id).success) throw notFound(id)
  return id
}

async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stream) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
