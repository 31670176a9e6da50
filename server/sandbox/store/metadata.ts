import { randomBytes, randomUUID } from 'node:crypto'
import { sameJson } from './freeze.ts'
import type { ResourceRow } from './resources.ts'
import type { KubeObject, NewObject, ObjectMeta } from './types.ts'

/** Kubernetes' alphabet for generated names: no vowels, nothing that looks alike. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** A suffix as `generateName` appends it: five characters. */
export function randomSuffix(): string {
  return [...randomBytes(5)].map((byte) => alphabet[byte % alphabet.length]).join('')
}

/** The time in so many seconds, as metadata holds it: whole seconds, UTC. */
export const now = (inSeconds = 0): string =>
  new Date(Date.now() + inSeconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')

/** The kinds whose API counts the changes of what is wanted; the others have no generation, spec or not. */
const counted = new Set<string>(['pods', 'deployments.apps', 'replicasets.apps', 'statefulsets.apps', 'daemonsets.apps', 'jobs.batch', 'cronjobs.batch', 'networkpolicies.networking.k8s.io', 'ingresses.networking.k8s.io', 'ingressclasses.networking.k8s.io', 'poddisruptionbudgets.policy', 'endpointslices.discovery.k8s.io', 'priorityclasses.scheduling.k8s.io']) // prettier-ignore

/** The metadata of an object that is being created: identity filled in, what a client may not set overwritten. */
export function newMetadata(row: ResourceRow, object: NewObject): ObjectMeta {
  const { name, namespace, ...rest } = object.metadata
  return {
    ...rest,
    name: name ?? `${rest.generateName ?? ''}${randomSuffix()}`,
    ...(row.namespaced && namespace !== undefined ? { namespace } : {}),
    // The API server chooses the uid earlier where defaults depend on it.
    uid: rest.uid ?? randomUUID(),
    resourceVersion: '',
    ...(counted.has(row.name) ? { generation: 1 } : {}),
    creationTimestamp: now(),
  }
}

/** Puts back what an update must not touch, and raises the generation when the spec changed. */
export function restoreFixedFields(before: KubeObject, after: KubeObject): void {
  after.apiVersion = before.apiVersion
  after.kind = before.kind
  const { metadata } = after
  metadata.name = before.metadata.name
  if (before.metadata.namespace !== undefined) metadata.namespace = before.metadata.namespace
  metadata.uid = before.metadata.uid
  metadata.resourceVersion = before.metadata.resourceVersion
  metadata.creationTimestamp = before.metadata.creationTimestamp
  if (before.metadata.generation !== undefined) {
    const changed = !sameJson(wantedOf(before), wantedOf(after))
    metadata.generation = before.metadata.generation + (changed ? 1 : 0)
  }
}

/** What a generation counts the changes of: the spec, or everything but status where a kind has none. */
const wantedOf = (object: KubeObject): unknown => object.spec ?? { ...object, metadata: undefined, status: undefined }
