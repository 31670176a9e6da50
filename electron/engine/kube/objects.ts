import { pending } from './pending.ts'
import type { ApiResource, ClusterConnection, KubeObject, ListOptions, ObjectRef, WaitOptions } from './types.ts'
export function getObject(
  _connection: ClusterConnection,
  _ref: ObjectRef,
  _options: { signal?: AbortSignal } = {},
): Promise<KubeObject> {
  throw pending('getObject')
}
/** All pages; for long or live lists use `reflect`. */
export function listObjects(
  _connection: ClusterConnection,
  _kind: { apiVersion: string; kind: string },
  _options: ListOptions = {},
): Promise<KubeObject[]> {
  throw pending('listObjects')
}
export function createObject(
  _connection: ClusterConnection,
  _object: KubeObject,
  _options: { dryRun?: boolean; signal?: AbortSignal } = {},
): Promise<KubeObject> {
  throw pending('createObject')
}
export function patchObject(
  _connection: ClusterConnection,
  _ref: ObjectRef,
  _patch: unknown,
  _options: {
    type?: 'merge' | 'strategic' | 'json'
    subresource?: string
    dryRun?: boolean
    signal?: AbortSignal
  } = {},
): Promise<KubeObject> {
  throw pending('patchObject')
}
/** Deleting what is already gone succeeds. */
export function removeObject(
  _connection: ClusterConnection,
  _ref: ObjectRef,
  _options: {
    propagation?: 'Background' | 'Foreground' | 'Orphan'
    gracePeriodSeconds?: number
    uid?: string
    signal?: AbortSignal
  } = {},
): Promise<void> {
  throw pending('removeObject')
}
/** Through the scale subresource. */
export function scaleObject(
  _connection: ClusterConnection,
  _ref: ObjectRef,
  _replicas: number,
  _options: { signal?: AbortSignal } = {},
): Promise<void> {
  throw pending('scaleObject')
}
/** As `kubectl rollout restart`: a new pod template annotation. */
export function restartWorkload(
  _connection: ClusterConnection,
  _ref: ObjectRef,
  _options: { signal?: AbortSignal } = {},
): Promise<KubeObject> {
  throw pending('restartWorkload')
}
/** Waits over a watch until the object exists and the predicate holds (with `undefined`: until it does not exist). */
export function waitFor(
  _connection: ClusterConnection,
  _target: { resource: string | ApiResource; namespace?: string; name: string },
  _predicate: (object: KubeObject | undefined) => boolean,
  _options: WaitOptions = {},
): Promise<KubeObject | undefined> {
  throw pending('waitFor')
}
