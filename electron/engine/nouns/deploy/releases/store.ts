import {
  createObject,
  getObject,
  listObjects,
  patchObject,
  removeObject,
  type ClusterConnection,
  type KubeObject,
} from '../../../kube/index.ts'
import { isNotFound, partOf } from '../../../objects/objects.ts'
import {
  currentOf,
  packContent,
  parseRecord,
  progressOf,
  unpackContent,
  type ReleaseProgress,
  type ReleaseRecord,
} from './record.ts'

/** Marks the records; its value is the release's id. */
export const releaseLabel = 'console.agency-swarm.dev/release'
/** Helm keeps as many (helm upgrade --history-max). */
const keptReleases = 10

/** The records of the releases in a namespace, as the cluster keeps them: every console sees the same. */
export class ReleaseStore {
  readonly #connection: ClusterConnection
  readonly #namespace: string

  constructor(connection: ClusterConnection, namespace: string) {
    this.#connection = connection
    this.#namespace = namespace
  }

  /** Newest first. What is no record, or of a version to come, is passed over. */
  async list(signal?: AbortSignal): Promise<ReleaseRecord[]> {
    const options = { namespace: this.#namespace, labelSelector: releaseLabel, ...(signal && { signal }) }
    const found = await listObjects(this.#connection, { apiVersion: 'v1', kind: 'ConfigMap' }, options)
    return found.flatMap((object) => readRecord(object) ?? []).sort(newestFirst)
  }

  async read(id: string): Promise<ReleaseRecord | undefined> {
    try {
      return readRecord(await getObject(this.#connection, this.#ref(id)))
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  /** @throws ConsoleError BAD_INPUT when it is too large */
  async create(record: ReleaseRecord): Promise<void> {
    await createObject(this.#connection, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: nameOf(record.id),
        namespace: this.#namespace,
        labels: { ...partOf, [releaseLabel]: record.id },
      },
      data: { progress: JSON.stringify(progressOf(record)) },
      binaryData: { content: packContent(record) },
    })
  }

  /** Writes how far it is. */
  async update(record: ReleaseRecord, change: Partial<ReleaseProgress>, signal?: AbortSignal): Promise<ReleaseRecord> {
    const changed = { ...record, ...change }
    const patch = { data: { progress: JSON.stringify(progressOf(changed)) } }
    await patchObject(this.#connection, this.#ref(record.id), patch, signal ? { signal } : {})
    return changed
  }

  /** Deletes the oldest records, never the one that is live nor the one before it. */
  async retain(): Promise<void> {
    const records = await this.list()
    const current = currentOf(records)
    const needed = new Set([current?.id, current?.previous, records.at(0)?.id, records.at(0)?.previous])
    for (const { id } of records.slice(keptReleases)) {
      if (!needed.has(id)) await removeObject(this.#connection, this.#ref(id))
    }
  }

  #ref(id: string) {
    return { apiVersion: 'v1', kind: 'ConfigMap', namespace: this.#namespace, name: nameOf(id) }
  }
}

const nameOf = (id: string) => `agency-swarm-release-${id}`

const newestFirst = (a: ReleaseRecord, b: ReleaseRecord) => b.startedAt - a.startedAt || b.id.localeCompare(a.id)

function readRecord(object: KubeObject): ReleaseRecord | undefined {
  const { progress = '' } = (object['data'] ?? {}) as { progress?: string }
  const { content = '' } = (object['binaryData'] ?? {}) as { content?: string }
  try {
    return parseRecord(JSON.parse(progress), unpackContent(content))
  } catch {
    return undefined
  }
}
