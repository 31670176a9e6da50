import type { Scope } from '#shared/contract/base.ts'
import type { DriftedObject, DriftReport } from '#shared/contract/drift.ts'
import type { UnreadKind } from '#shared/contract/unknown.ts'
import { ConsoleError } from '#shared/errors.ts'
import { apply, removeObject, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { mergedAdoptions, withAdoptions } from '../adoptions.ts'
import type { DeploymentsNeeds } from '../needs.ts'
import { clashesOf, removeClashes } from '../../../objects/fields/clashes.ts'
import { idOf, refOf } from '../../../objects/objects.ts'
import { autoscaledIds, isAutoscaler, readFacts, requireAutoscalers } from '../plan/clusterFacts.ts'
import { keptKinds, lossOf } from '../plan/prune.ts'
import { releaseName } from '../planning.ts'
import {
  currentOf,
  digestOf,
  objectsOf,
  withoutSecretValues,
  type Adoption,
  type ReleaseRecord,
} from '../releases/record.ts'
import { ReleaseStore } from '../releases/store.ts'
import { withSecretValues } from '../rendering.ts'
import { adoptionsOf, asRecorded } from './adopting.ts'
import { compareObject, driftOf, type Compared } from './compare.ts'
import { unexpectedObjects } from './unexpected.ts'

interface Found {
  release: ReleaseRecord | undefined
  compared: Compared[]
  unexpected: KubeObject[]
  /** What could not be read: of these kinds more may have drifted. */
  unread: UnreadKind[]
}

/** Where the cluster is no longer what was released. */
export class Drift {
  readonly #needs: DeploymentsNeeds

  constructor(needs: DeploymentsNeeds) {
    this.#needs = needs
  }

  async check(scope: Scope, signal?: AbortSignal): Promise<DriftReport> {
    const connection = await this.#needs.directory.connection(scope.context)
    const { release, compared, unexpected, unread } = await this.#find(connection, scope, signal)
    const strays = unexpected.map((object): DriftedObject => {
      const about = { id: idOf(object), kind: object.kind, name: object.metadata.name }
      const notes = [keptKinds.has(object.kind) ? `does not delete it. ${lossOf(object)}` : 'deletes it']
      return { ...about, state: 'unexpected', fields: [], notes }
    })
    return {
      release: release?.id ?? null,
      checkedAt: this.#needs.host.now(),
      compared: compared.length,
      objects: [...compared.flatMap((each) => driftOf(each) ?? []), ...strays],
      unread,
    }
  }

  /** @throws ConsoleError BAD_INPUT when one of them has not drifted, or holds what cannot be had back; BUSY */
  async revert(scope: Scope, ids: readonly string[]): Promise<void> {
    await this.#holding(scope, 'Revert drift', async (connection) => {
      const { compared, unexpected } = await this.#find(connection, scope)
      const [drifted, strays] = chosen(ids, compared, unexpected)
      refuseKept(strays)
      for (const { wanted, live } of drifted) if (live) await removeClashes(connection, live, clashesOf(wanted, live))
      const stages = [{ id: '', objects: drifted.map(({ wanted }) => wanted) }]
      const [filled] = await withSecretValues(connection, scope.namespace, stages, [])
      for (const object of filled?.objects ?? []) await apply(connection, object, { force: true })
      for (const { metadata, ...rest } of strays)
        await removeObject(
          connection,
          refOf({ ...rest, metadata }),
          metadata.uid !== undefined ? { uid: metadata.uid } : {},
        )
    })
  }

  /** @throws ConsoleError BAD_INPUT when one of them has not drifted; BUSY */
  async adopt(scope: Scope, ids: readonly string[]): Promise<void> {
    await this.#holding(scope, 'Adopt drift', async (connection) => {
      const { release, compared, unexpected } = await this.#find(connection, scope)
      const [drifted, strays] = chosen(ids, compared, unexpected)
      if (!release) throw noRelease()
      const adoptions = [
        ...drifted.flatMap(({ wanted, live, changed }): Adoption[] =>
          live ? adoptionsOf(wanted, live, changed) : [{ id: idOf(wanted), path: '' }],
        ),
        ...strays.map((object) => ({ id: idOf(object), path: '', value: asRecorded(object) })),
      ]
      const record = this.#adopted(release, adoptions)
      // From now on the console owns them: the next plan finds no conflict.
      const own = new Set(ids)
      const objects = objectsOf(record).filter((object) => own.has(idOf(object)))
      const [filled] = await withSecretValues(connection, scope.namespace, [{ id: '', objects }], [])
      for (const object of filled?.objects ?? []) await apply(connection, object, { force: true })
      const store = new ReleaseStore(connection, scope.namespace)
      await store.create(record)
      await store.retain()
    })
  }

  #adopted(release: ReleaseRecord, adoptions: Adoption[]): ReleaseRecord {
    const now = this.#needs.host.now()
    const stages = withoutSecretValues(withAdoptions(release.stages, adoptions))
    return {
      ...release,
      ...{ id: releaseName(now), kind: 'adopt', previous: release.id, rollbackTo: null, stages },
      adoptions: mergedAdoptions(release.adoptions, adoptions),
      ...{ by: this.#needs.host.user, startedAt: now, endedAt: now, digest: digestOf(stages) },
      ...{ state: 'done', stage: '', doneStages: stages.map(({ id }) => id), fault: null },
      ...{ created: [], taken: [], replaced: [], pruned: [], wantsBackup: false, backupId: '' },
    }
  }

  async #find(connection: ClusterConnection, { namespace }: Scope, signal?: AbortSignal): Promise<Found> {
    const records = await new ReleaseStore(connection, namespace).list(signal)
    const release = currentOf(records)
    if (!release) return { release, compared: [], unexpected: [], unread: [] }
    const objects = objectsOf(release)
    const facts = await readFacts(connection, namespace, signal)
    // Replicas that are an autoscaler's would show as drift, and be taken back.
    requireAutoscalers(facts)
    const autoscaled = autoscaledIds([...facts.autoscalers, ...objects.filter(isAutoscaler)])
    const exceptionsOf = (id: string) => ({
      kept: release.kept.filter((ref) => ref.id === id).map(({ field }) => field),
      isAutoscaled: autoscaled.has(id),
    })
    // A Job has run; that it is gone is no loss.
    const lasting = objects.filter(({ kind }) => kind !== 'Job')
    const [compared, { strays, unread }] = await Promise.all([
      Promise.all(lasting.map((object) => compareObject(connection, object, exceptionsOf(idOf(object)), signal))),
      unexpectedObjects(connection, namespace, objects, signal),
    ])
    return { release, compared, unexpected: strays, unread: [...facts.unread.filter(isAutoscaler), ...unread] }
  }

  async #holding(scope: Scope, what: string, work: (connection: ClusterConnection) => Promise<void>): Promise<void> {
    const { leases, directory } = this.#needs
    const connection = await directory.connection(scope.context)
    // A few requests: over long before another console could take the lease for abandoned.
    const held = await leases.hold(scope, what)
    try {
      await work(connection)
    } finally {
      await held.release()
    }
  }
}

const noRelease = () => new ConsoleError('BAD_INPUT', 'No release is recorded here, so there is nothing to adopt into.')

function refuseKept(strays: readonly KubeObject[]): void {
  const kept = strays.find(({ kind }) => keptKinds.has(kind))
  if (!kept) return
  const name = `${kept.kind} ${kept.metadata.name}`
  throw new ConsoleError(
    'BAD_INPUT',
    `${name} is in no release, and is not deleted. ${lossOf(kept)} Nothing was changed.`,
  )
}

function chosen(
  ids: readonly string[],
  compared: readonly Compared[],
  unexpected: readonly KubeObject[],
): [Compared[], KubeObject[]] {
  const drifted = compared.filter((each) => ids.includes(idOf(each.wanted)) && driftOf(each) !== undefined)
  const strays = unexpected.filter((object) => ids.includes(idOf(object)))
  const found = new Set([...drifted.map(({ wanted }) => idOf(wanted)), ...strays.map(idOf)])
  const gone = ids.find((id) => !found.has(id))
  if (gone === undefined) return [drifted, strays]
  throw new ConsoleError('BAD_INPUT', `${gone} has not drifted any more. Nothing was changed. Look again.`)
}
