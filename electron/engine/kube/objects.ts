import { ConsoleError } from '#shared/errors.ts'
import { fieldManager } from './apply.ts'
import { resourceFor } from './discovery.ts'
import { listPages } from './listPages.ts'
import { apiVersionOf, pathOf } from './paths.ts'
import { reflect } from './reflector.ts'
import type { ApiResource, ClusterConnection, KubeObject, ListOptions, ObjectRef, WaitOptions } from './types.ts'

interface Cancellable {
  signal?: AbortSignal
}

interface PatchOptions extends Cancellable {
  type?: 'merge' | 'strategic' | 'json'
  subresource?: string
  dryRun?: boolean
  /** Who the server records as owner of the changed fields; the console's own name by default. */
  manager?: string
  /** Refuses fields that the kind does not have, instead of dropping them. */
  strict?: boolean
}

const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
}

const until = ({ signal }: Cancellable): Cancellable => (signal ? { signal } : {})

const served = (connection: ClusterConnection, at: { apiVersion: string; kind: string }): Promise<ApiResource> =>
  resourceFor(connection, (all) => all.ofKind(at.apiVersion, at.kind), `${at.kind} (${at.apiVersion})`)

/** Without a namespace: the context's, as for kubectl. */
async function pathTo(
  connection: ClusterConnection,
  ref: Partial<ObjectRef> & Pick<ObjectRef, 'apiVersion' | 'kind'>,
  subresource?: string,
): Promise<string> {
  const namespace = ref.namespace ?? connection.context.namespace ?? 'default'
  return pathOf(await served(connection, ref), { namespace, name: ref.name, subresource })
}

export async function getObject(
  connection: ClusterConnection,
  ref: ObjectRef,
  options: Cancellable = {},
): Promise<KubeObject> {
  return connection.request('GET', await pathTo(connection, ref), until(options))
}

/** All pages at once; for long or live lists use `reflect`. Without a namespace: all namespaces. */
export async function listObjects(
  connection: ClusterConnection,
  kind: { apiVersion: string; kind: string },
  options: ListOptions = {},
): Promise<KubeObject[]> {
  const resource = await served(connection, kind)
  const found: KubeObject[] = []
  await listPages(connection, pathOf(resource, options), options, (objects) => {
    for (const object of objects) found.push({ ...object, apiVersion: apiVersionOf(resource), kind: resource.kind })
  })
  return found
}

export async function createObject(
  connection: ClusterConnection,
  object: KubeObject,
  options: { dryRun?: boolean } & Cancellable = {},
): Promise<KubeObject> {
  const { apiVersion, kind, metadata } = object
  const at = { apiVersion, kind, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) }
  return connection.request('POST', await pathTo(connection, at), {
    query: { fieldManager, dryRun: options.dryRun ? 'All' : undefined },
    body: object,
    ...until(options),
  })
}

/** A request in the form of an object, as a token of a ServiceAccount: nothing is stored, and the answer is what was asked for. */
export async function createSubresource(
  connection: ClusterConnection,
  ref: ObjectRef,
  subresource: string,
  body: Pick<KubeObject, 'apiVersion' | 'kind' | 'spec'>,
): Promise<KubeObject> {
  return connection.request('POST', await pathTo(connection, ref, subresource), { body })
}

export async function patchObject(
  connection: ClusterConnection,
  ref: ObjectRef,
  patch: unknown,
  options: PatchOptions = {},
): Promise<KubeObject> {
  return connection.request('PATCH', await pathTo(connection, ref, options.subresource), {
    query: {
      fieldManager: options.manager ?? fieldManager,
      fieldValidation: options.strict ? 'Strict' : undefined,
      dryRun: options.dryRun ? 'All' : undefined,
    },
    body: patch,
    headers: { 'content-type': patchTypes[options.type ?? 'merge'] },
    ...until(options),
  })
}

/**
 * Deleting what is already gone succeeds.
 * @param options.uid only this incarnation: CONFLICT when the name has another one meanwhile
 */
export async function removeObject(
  connection: ClusterConnection,
  ref: ObjectRef,
  options: {
    propagation?: 'Background' | 'Foreground' | 'Orphan'
    gracePeriodSeconds?: number
    uid?: string
  } & Cancellable = {},
): Promise<void> {
  const { propagation = 'Background', gracePeriodSeconds, uid } = options
  const body = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: propagation,
    gracePeriodSeconds,
    ...(uid === undefined ? {} : { preconditions: { uid } }),
  }
  try {
    await connection.request('DELETE', await pathTo(connection, ref), { body, ...until(options) })
  } catch (thrown) {
    if (!(thrown instanceof ConsoleError) || thrown.code !== 'NOT_FOUND') throw thrown
  }
}

/** Through the scale subresource, so that only the replicas are touched. */
export async function scaleObject(
  connection: ClusterConnection,
  ref: ObjectRef,
  replicas: number,
  options: Cancellable = {},
): Promise<void> {
  await patchObject(connection, ref, { spec: { replicas } }, { ...options, subresource: 'scale' })
}

/** As `kubectl rollout restart`: a new annotation of the pod template, so that the controller rolls. */
export async function restartWorkload(
  connection: ClusterConnection,
  ref: ObjectRef,
  options: Pick<PatchOptions, 'signal' | 'manager' | 'dryRun'> = {},
): Promise<KubeObject> {
  const restartedAt = new Date(connection.clock.now()).toISOString()
  const annotations = { 'kubectl.kubernetes.io/restartedAt': restartedAt }
  return patchObject(
    connection,
    ref,
    { spec: { template: { metadata: { annotations } } } },
    { ...options, type: 'strategic' },
  )
}

/**
 * Waits over a watch until the predicate holds; before the object exists it is asked with undefined.
 * (`kubectl wait` right after apply finds nothing and fails.)
 * @returns the object, or undefined when the predicate wanted it gone
 * @throws TIMEOUT with the last state in details.last
 */
export async function waitFor(
  connection: ClusterConnection,
  target: { resource: string | ApiResource; namespace?: string; name: string },
  predicate: (object: KubeObject | undefined) => boolean,
  options: WaitOptions = {},
): Promise<KubeObject | undefined> {
  const { timeout = 300_000 } = options
  const late = AbortSignal.timeout(timeout)
  const signal = options.signal ? AbortSignal.any([late, options.signal]) : late
  const reflector = reflect<KubeObject>(connection, {
    resource: target.resource,
    ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
    fieldSelector: `metadata.name=${target.name}`,
    project: (object) => object,
    signal,
  })
  let last: KubeObject | undefined
  try {
    for await (const { state } of reflector) {
      if (state.phase === 'failed') throw state.error
      // Before the list is read nobody knows whether it exists.
      if (state.phase === 'listing' || (state.phase === 'stale' && !last)) continue
      last = [...reflector.rows.values()][0]
      options.onProgress?.(last)
      if (predicate(last)) return last
    }
  } finally {
    reflector.stop()
  }
  if (options.signal?.aborted) throw new ConsoleError('CANCELLED', 'Stopped on request.')
  const state = last ? 'has not reached the state that was waited for' : 'does not exist'
  throw new ConsoleError('TIMEOUT', `After ${Math.round(timeout / 1000)} s ${target.name} ${state}.`, {
    ...target,
    last,
  })
}
