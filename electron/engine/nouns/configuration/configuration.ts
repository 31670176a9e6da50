import { utcText } from '#shared/utc.ts'
import { stringify } from 'yaml'
import type { Scope } from '#shared/contract/base.ts'
import type { ConfigurationEdit, ConfigurationList, ConfigurationRow } from '#shared/contract/configuration.ts'
import type { Impact } from '#shared/contract/changes.ts'
import type { Known } from '#shared/contract/unknown.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import type { Host } from '../../ports/host.ts'
import {
  editFieldManager,
  getObject,
  listObjects,
  patchObject,
  type ClusterConnection,
  type KubeObject,
} from '../../kube/index.ts'
import { known, mapKnown } from '../../objects/known.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { contentOf, isSame, lengthOf, textOf, versionOf, type Content } from './content.ts'
import { edited, patchTo } from './edit.ts'
import { impactOfEdit } from './impact.ts'
import { editableKinds, isInternal, keptType, refOf, refuseInternal, typeOf, type ConfigurationName } from './kinds.ts'
import { keptSecretName, readKept, writeKept, type Kept } from './previous.ts'
import { readersIn } from '../../objects/readers.ts'
import { restartReaders } from './restartReaders.ts'
import { changeBetween, configurationRow } from './rows.ts'

export interface ConfigurationNeeds {
  tasks: Tasks
  directory: ClusterDirectory
  host: Pick<Host, 'user'>
}

interface Detail {
  row: ConfigurationRow
  resourceVersion: string
  keys: { key: string; value: string; bytes: number; isBinary: boolean }[]
  yaml: string
}

/** ConfigMaps, Secrets, autoscalers, quotas and limits of a namespace, edited with a way back. */
export class Configuration {
  readonly #needs: ConfigurationNeeds

  constructor(needs: ConfigurationNeeds) {
    this.#needs = needs
  }

  /** Every kind by itself: whoever may not list Secrets still sees the ConfigMaps. */
  async list({ context, namespace }: Scope, signal?: AbortSignal): Promise<ConfigurationList> {
    const connection = await this.#connection(context)
    const [readers, ...lists] = await Promise.all([
      known(readersIn(connection, namespace, signal)),
      ...editableKinds.map((kind) => known(listObjects(connection, typeOf(kind), { namespace, signal }))),
    ])
    const listed = editableKinds.map((kind, index) => ({ kind, list: lists[index] ?? { state: 'notAsked' as const } }))
    const secrets = listed.find(({ kind }) => kind === 'Secret')?.list ?? { state: 'notAsked' as const }
    const kept = mapKnown(secrets, (all) => all.filter(({ type }) => type === keptType))
    const rows = listed.map(({ kind, list }) => {
      const own = (all: KubeObject[]) => all.filter((object) => !isInternal(object))
      return [kind, mapKnown(list, (all) => own(all).map((object) => configurationRow(object, readers, kept)))] as const
    })
    return Object.fromEntries(rows) as ConfigurationList
  }

  /** The workloads that read each ConfigMap and Secret: by "Secret x", "Deployment y". */
  async readers({ context: cluster, namespace }: Scope, signal?: AbortSignal): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>()
    for (const { kind, name, readings } of await readersIn(await this.#connection(cluster), namespace, signal)) {
      for (const source of readings.keys()) found.set(source, [...(found.get(source) ?? []), `${kind} ${name}`])
    }
    return found
  }

  async detail(name: ConfigurationName, signal?: AbortSignal): Promise<Detail> {
    const connection = await this.#connection(name.context)
    const keptRef = { ...typeOf('Secret'), namespace: name.namespace, name: keptSecretName(name.kind, name.name) }
    const [object, readers, secret] = await Promise.all([
      this.#read(connection, name, signal),
      known(readersIn(connection, name.namespace, signal)),
      known(getObject(connection, keptRef, { signal })),
    ])
    // That there is none is known.
    const kept: Known<KubeObject[]> =
      secret.state === 'absent' ? { state: 'known', value: [] } : mapKnown(secret, (found) => [found])
    const content = contentOf(object)
    return {
      row: configurationRow(object, readers, kept),
      resourceVersion: versionOf(object),
      keys: keyRows(name.kind, content),
      yaml: yamlOf(name.kind, content),
    }
  }

  async reveal(scope: Scope, name: string, key: string): Promise<{ value: string; isBinary: boolean }> {
    const { context: cluster, namespace } = scope
    const connection = await this.#connection(cluster)
    const object = await this.#read(connection, { context: cluster, namespace, kind: 'Secret', name })
    const content = contentOf(object)
    const found = 'keys' in content && Object.hasOwn(content.keys, key) ? content.keys[key] : undefined
    if (!found) throw new ConsoleError('NOT_FOUND', `Secret ${name} has no key ${key}.`)
    return { value: found.isBinary ? found.base64 : textOf(found), isBinary: found.isBinary }
  }

  /** The server checks the edit in a dry run; nothing is changed. */
  async impact(name: ConfigurationName, edit: ConfigurationEdit, signal?: AbortSignal): Promise<Impact> {
    const connection = await this.#connection(name.context)
    const object = await this.#read(connection, name, signal)
    const after = edited(object, edit)
    await this.#patch(connection, name, object, after, true)
    return impactOfEdit(object, contentOf(object), after, await readersIn(connection, name.namespace, signal))
  }

  /** @throws ConsoleError CONFLICT with who changed it meanwhile */
  async change(name: ConfigurationName, edit: ConfigurationEdit, seenVersion: string): Promise<void> {
    const connection = await this.#connection(name.context)
    const object = await this.#read(connection, name)
    if (versionOf(object) !== seenVersion) throw changedMeanwhile(object)
    const after = edited(object, edit)
    if (isSame(contentOf(object), after)) return
    await this.#patch(connection, name, object, after, true)
    const earlier = await readKept(connection, name)
    await writeKept(connection, name, { content: contentOf(object) }, this.#needs.host.user)
    await this.#patchOr(connection, name, object, after, earlier)
  }

  /** Swaps with the previous version; one that was interrupted continues where it stood. */
  async undo(name: ConfigurationName): Promise<void> {
    const connection = await this.#connection(name.context)
    const { user } = this.#needs.host
    const [object, kept] = await Promise.all([this.#read(connection, name), readKept(connection, name)])
    const live = contentOf(object)
    if (!kept || (!kept.restoring && isSame(live, kept.content)))
      throw new ConsoleError(
        'NOT_FOUND',
        `No earlier version of ${name.kind} ${name.name} is kept. Nothing was changed.`,
      )
    const isInterrupted = kept.restoring !== undefined && !isSame(live, kept.restoring)
    const wanted = isInterrupted && kept.restoring ? kept.restoring : kept.content
    await this.#patch(connection, name, object, wanted, true)
    await writeKept(connection, name, { content: live, restoring: wanted }, user)
    await this.#patchOr(connection, name, object, wanted, kept)
    await writeKept(connection, name, { content: live }, user)
  }

  async restartReaders(name: ConfigurationName): Promise<{ taskId: string }> {
    const connection = await this.#connection(name.context)
    return restartReaders(connection, this.#needs.tasks, name, this.#needs.host.user)
  }

  async #read(connection: ClusterConnection, name: ConfigurationName, signal?: AbortSignal): Promise<KubeObject> {
    const object = await getObject(connection, refOf(name), { signal })
    refuseInternal(object)
    return object
  }

  async #patchOr(
    connection: ClusterConnection,
    name: ConfigurationName,
    object: KubeObject,
    after: Content,
    earlier: Kept | undefined,
  ): Promise<void> {
    try {
      await this.#patch(connection, name, object, after, false)
    } catch (error) {
      // With none from before, what is kept now is what is live: nothing to undo.
      if (earlier) await writeKept(connection, name, earlier, this.#needs.host.user)
      throw error
    }
  }

  async #patch(
    connection: ClusterConnection,
    name: ConfigurationName,
    object: KubeObject,
    after: Content,
    dryRun: boolean,
  ): Promise<void> {
    const { type, body } = patchTo(object, after)
    try {
      await patchObject(connection, refOf(name), body, { type, dryRun, strict: true, manager: editFieldManager })
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error
      const live = await this.#read(connection, name)
      if (versionOf(live) !== versionOf(object)) throw changedMeanwhile(live)
      throw error
    }
  }

  #connection(cluster: string): Promise<ClusterConnection> {
    return this.#needs.directory.connection(cluster)
  }
}

function changedMeanwhile(live: KubeObject): ConsoleError {
  const { changedAt, changedBy } = changeBetween(live)
  return new ConsoleError(
    'CONFLICT',
    `${live.kind} ${live.metadata.name} was changed by ${changedBy || 'somebody'} at ${utcText(changedAt)}, after you opened it. ` +
      'Nothing was changed. Open it again and make your edit on what is there now.',
    { changedAt, changedBy },
  )
}

function keyRows(kind: string, content: Content): Detail['keys'] {
  if (!('keys' in content)) return []
  return Object.entries(content.keys)
    .map(([key, value]) => ({
      key,
      value: kind === 'Secret' ? '' : value.isBinary ? value.base64 : textOf(value),
      bytes: lengthOf(value),
      isBinary: value.isBinary,
    }))
    .sort((a, b) => a.key.localeCompare(b.key))
}

function yamlOf(kind: string, content: Content): string {
  if (kind === 'Secret') return ''
  if ('spec' in content) return stringify(content.spec, { lineWidth: 0 })
  const texts = Object.entries(content.keys).filter(([, key]) => !key.isBinary)
  return texts.length === 0
    ? ''
    : stringify(Object.fromEntries(texts.map(([key, value]) => [key, textOf(value)])), { lineWidth: 0 })
}
