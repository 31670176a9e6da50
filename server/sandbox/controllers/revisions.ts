import type { KubeObject } from '../store/types.ts'
import type { ControllerRevision, PodTemplate } from './kinds.ts'
import type { ControllerContext } from './loop/controlLoop.ts'
import { compareText, equalJson, isControlledBy, ownerReference } from './objects.ts'
import { contentHash } from './podTemplate.ts'

const resource = 'controllerrevisions.apps'
const hashLabel = 'controller.kubernetes.io/hash'

type Templated = KubeObject & {
  spec: { template: PodTemplate; selector: { matchLabels?: Record<string, string> }; revisionHistoryLimit?: number }
}

/** The recorded templates of a StatefulSet or DaemonSet, oldest first. */
export const listRevisions = (context: ControllerContext, owner: KubeObject): ControllerRevision[] =>
  context.store
    .list<ControllerRevision>(resource, { namespace: owner.metadata.namespace ?? '' })
    .filter((revision) => isControlledBy(revision, owner))
    .sort((left, right) => left.revision - right.revision || compareText(left.metadata.name, right.metadata.name))

/** The label that tells which revision a pod was made from: the hash for DaemonSets, the whole name for StatefulSets. */
export const hashOf = (revision: ControllerRevision): string => revision.metadata.labels?.[hashLabel] ?? ''

/**
 * Records the present template as the newest revision. A template that was used before gets a new number instead of a second
 * record. The data is the patch that kubectl rollout undo sends.
 */
export function recordRevision(
  context: ControllerContext,
  owner: Templated,
  known: ControllerRevision[],
): ControllerRevision {
  const data = { spec: { template: { ...owner.spec.template, $patch: 'replace' as const } } }
  const last = known.at(-1)
  if (last !== undefined && equalJson(last.data, data)) return last
  const next = (last?.revision ?? 0) + 1
  const same = known.find((revision) => equalJson(revision.data, data))
  if (same !== undefined) return renumber(context, same, next)
  const { namespace = '' } = owner.metadata
  let collisions = 0
  let hash = contentHash(data)
  while (context.store.get(resource, namespace, `${owner.metadata.name}-${hash}`) !== undefined) {
    hash = contentHash(data, ++collisions)
  }
  const cause = owner.metadata.annotations?.['kubernetes.io/change-cause']
  return context.store.create<ControllerRevision>(resource, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace,
      labels: { ...owner.spec.template.metadata?.labels, [hashLabel]: hash },
      annotations: cause === undefined ? {} : { 'kubernetes.io/change-cause': cause },
      ownerReferences: [ownerReference(owner)],
    },
    data,
    revision: next,
  })
}

const renumber = (context: ControllerContext, same: ControllerRevision, next: number): ControllerRevision =>
  context.store.update<ControllerRevision>(resource, same.metadata.namespace, same.metadata.name, (changed) => {
    changed.revision = next
  }) ?? same

/** Deletes the oldest records that no pod uses, beyond the history limit (10 unless told otherwise). */
export function pruneRevisions(
  context: ControllerContext,
  owner: Templated,
  isUsed: (revision: ControllerRevision) => boolean,
): void {
  const unused = listRevisions(context, owner).filter((revision) => !isUsed(revision))
  const surplus = unused.length - (owner.spec.revisionHistoryLimit ?? 10)
  for (const revision of unused.slice(0, Math.max(0, surplus))) {
    context.store.delete(resource, revision.metadata.namespace, revision.metadata.name)
  }
}
