import { utcText } from '#shared/utc.ts'
import { parse } from 'yaml'
import type { Scope } from '#shared/contract/base.ts'
import type { FieldChange } from '#shared/contract/changes.ts'
import type { PlannedResource } from '#shared/contract/plan.ts'
import type { ReleaseRow } from '#shared/contract/releases.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { ClusterDirectory } from '../../../ports/directory.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { differenceOf } from '../difference.ts'
import { shownValue } from '../../../objects/fields/changes.ts'
import { fieldsOf } from '../../../objects/fields/tree.ts'
import { idOf, podTemplateOf } from '../../../objects/objects.ts'
import { fieldChangesOf } from '../plan/effects.ts'
import { currentOf, objectsOf, type ReleaseRecord } from './record.ts'
import { backupOf, verdictBetween } from './schemaVerdict.ts'
import { ReleaseStore } from './store.ts'

/** The releases that the cluster remembers. */
export class Releases {
  readonly #directory: ClusterDirectory

  constructor({ directory }: { directory: ClusterDirectory }) {
    this.#directory = directory
  }

  async list(scope: Scope, signal?: AbortSignal): Promise<ReleaseRow[]> {
    const records = await this.#records(scope, signal)
    return records.map((record) => rowOf(record, records))
  }

  /** @throws ConsoleError NOT_FOUND */
  async detail(scope: Scope, id: string, signal?: AbortSignal) {
    const records = await this.#records(scope, signal)
    const record = named(records, id)
    const objects = objectsOf(record)
    return { row: rowOf(record, records), values: record.values, images: imagesOf(objects), objects: objects.length }
  }

  /** @throws ConsoleError NOT_FOUND */
  async difference(scope: Scope, from: string, to: string, signal?: AbortSignal) {
    const records = await this.#records(scope, signal)
    const [old, young] = [named(records, from), named(records, to)]
    return { values: valueChanges(old.values, young.values), resources: resourceChanges(old, young) }
  }

  async #records(scope: Scope, signal?: AbortSignal): Promise<ReleaseRecord[]> {
    return new ReleaseStore(await this.#directory.connection(scope.context), scope.namespace).list(signal)
  }
}

function named(records: readonly ReleaseRecord[], id: string): ReleaseRecord {
  const record = records.find((each) => each.id === id)
  if (record) return record
  throw new ConsoleError('NOT_FOUND', `The cluster has no record of the release ${id} any more.`)
}

function rowOf(record: ReleaseRecord, records: readonly ReleaseRecord[]): ReleaseRow {
  const { id, version, profile, state, kind, startedAt, endedAt, by, digest, schema, stage, fault } = record
  const isCurrent = record === currentOf(records)
  // By the records alone: a list is looked at often. The plan of a rollback asks the database.
  const verdict = verdictBetween(record, records, undefined)
  const backup = verdict.state === 'restore' ? backupOf(record, records) : undefined
  const hint =
    verdict.state !== 'restore'
      ? ''
      : backup
        ? ` There is backup ${backup.id} of ${utcText(backup.at)}.`
        : ' No such backup is known.'
  return {
    ...{ id, version, profile, state, kind, startedAt, by, digest, schema, stage, fault, isCurrent },
    ...(endedAt !== undefined && { endedAt }),
    back: { ...verdict, detail: `${verdict.detail}${hint}` },
  }
}

function imagesOf(objects: readonly KubeObject[]): string[] {
  const specs = objects.flatMap((object) => podTemplateOf(object)?.spec ?? [])
  const containers = specs.flatMap(({ initContainers = [], containers: own = [] }) => [...initContainers, ...own])
  return [...new Set(containers.flatMap(({ image }) => image ?? []))].sort()
}

function valueChanges(from: string, to: string): FieldChange[] {
  const [old, young] = [from, to].map((text) => fieldsOf((parse(text) ?? {}) as object))
  const paths = new Set([...(old?.keys() ?? []), ...(young?.keys() ?? [])])
  return [...paths].sort().flatMap((path) => {
    const [before, after] = [old?.get(path), young?.get(path)]
    const isLeaf = (before?.isLeaf ?? true) && (after?.isLeaf ?? true)
    if (!isLeaf || JSON.stringify(before?.value) === JSON.stringify(after?.value)) return []
    return [
      { path, before: shownValue('', path, before?.value), after: shownValue('', path, after?.value), effect: '' },
    ]
  })
}

/** Only what differs. A Job is the same one in both although its name holds the release. */
function resourceChanges(from: ReleaseRecord, to: ReleaseRecord): PlannedResource[] {
  const keyed = (record: ReleaseRecord) =>
    new Map(objectsOf(record).map((object) => [idOf(object).replace(record.id, ''), object]))
  const [old, young] = [keyed(from), keyed(to)]
  return [...new Set([...old.keys(), ...young.keys()])].flatMap((key) => {
    const [before, after] = [old.get(key), young.get(key)]
    const object = after ?? before
    if (!object || JSON.stringify(before) === JSON.stringify(after)) return []
    const about = { id: idOf(object), kind: object.kind, name: object.metadata.name, conflicts: [], restartsPods: 0 }
    if (!after && before) {
      const gone = differenceOf(undefined, before)
      const sides = { before: gone.after, after: '', added: 0, removed: gone.added }
      return [{ ...about, ...sides, action: 'change' as const, fields: [], notes: [`is not in ${to.id}`] }]
    }
    const fields = before && after ? fieldChangesOf(before, after) : []
    const action = before ? ('change' as const) : ('create' as const)
    return [
      { ...about, ...differenceOf(before, object), action, fields, notes: before ? [] : [`is not in ${from.id}`] },
    ]
  })
}
