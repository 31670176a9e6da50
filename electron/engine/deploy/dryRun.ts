import type { z } from 'zod'
import type { plannedResource } from '#shared/contract/deploy.ts'
import type { Fault } from '#shared/contract/base.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import {
  apply,
  getObject,
  type ClusterConnection,
  type FieldConflict,
  type KubeObject,
  type ObjectRef,
} from '../kube/index.ts'
import { changeNotes, differenceOf } from './difference.ts'
import { isClusterScoped } from './bundle/index.ts'

type PlannedResource = z.infer<typeof plannedResource>

/** One object of the plan, and why it stands in the way if it does. */
export interface Tried {
  resource: PlannedResource
  blocker?: Fault
  wasAsked: boolean
}

export const refOf = ({ apiVersion, kind, metadata }: KubeObject): ObjectRef => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
})

export const idOf = ({ apiVersion, kind, metadata }: KubeObject) => `${apiVersion} ${kind} ${metadata.name}`

/** The object as it is in the cluster; undefined where there is none. */
export async function present(
  connection: ClusterConnection,
  object: KubeObject,
  signal?: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return await getObject(connection, refOf(object), signal ? { signal } : {})
  } catch (error) {
    if (error instanceof ConsoleError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

/** Asks the server what applying the object would do. Nothing is changed. */
export async function tryObject(
  connection: ClusterConnection,
  object: KubeObject,
  namespaceExists: boolean,
  signal?: AbortSignal,
): Promise<Tried> {
  const about = { id: idOf(object), kind: object.kind, name: object.metadata.name }
  if (!namespaceExists && !isClusterScoped(object)) {
    const notes = ['not asked of the server: the namespace does not exist yet']
    return { resource: { ...about, action: 'create', ...differenceOf(undefined, object), notes }, wasAsked: false }
  }
  try {
    const before = await present(connection, object, signal)
    const { applied, notes } = await applyOrYield(connection, object, before, {
      dryRun: true,
      ...(signal && { signal }),
    })
    if (!applied) return { resource: unchanged(about, before ?? object, notes), wasAsked: true }
    const difference = differenceOf(before, applied)
    const isSame = before !== undefined && difference.added + difference.removed === 0
    const action = before === undefined ? 'create' : isSame ? 'same' : 'change'
    return {
      resource: { ...about, action, ...difference, notes: [...notes, ...changeNotes(before, applied)] },
      wasAsked: true,
    }
  } catch (thrown) {
    return refused(about, object, asConsoleError(thrown))
  }
}

function unchanged(
  about: { id: string; kind: string; name: string },
  object: KubeObject,
  notes: string[],
): PlannedResource {
  const { after } = differenceOf(undefined, object)
  return { ...about, action: 'same', before: after, after, added: 0, removed: 0, notes }
}

function refused(about: { id: string; kind: string; name: string }, object: KubeObject, error: ConsoleError): Tried {
  const { code, message, details } = error
  const conflicts = conflictsOf(error)
  const notes =
    conflicts.length > 0 ? conflicts.map(({ manager, field }) => `owned by ${manager}: ${field}`) : [message]
  const action = conflicts.length > 0 ? 'conflict' : 'refused'
  const resource: PlannedResource = { ...about, action, ...differenceOf(undefined, object), notes }
  return { resource, blocker: { code, message: `${about.kind} ${about.name}: ${message}`, details }, wasAsked: true }
}

function conflictsOf(error: ConsoleError): FieldConflict[] {
  return error.code === 'CONFLICT' && Array.isArray(error.details.conflicts)
    ? (error.details.conflicts as FieldConflict[])
    : []
}

/**
 * Applies, giving way in two cases: a number of replicas that somebody else set stays theirs, and a namespace that exists and may not
 * be changed by this user is left as it is. Everything else is an error; fields of others are never taken by force.
 */
export async function applyOrYield(
  connection: ClusterConnection,
  object: KubeObject,
  before: KubeObject | undefined,
  options: { dryRun?: boolean; signal?: AbortSignal },
): Promise<{ applied: KubeObject | undefined; notes: string[] }> {
  try {
    return { applied: await apply(connection, object, options), notes: [] }
  } catch (error) {
    if (!(error instanceof ConsoleError)) throw error
    if (object.kind === 'Namespace' && before && error.code === 'FORBIDDEN') {
      return { applied: undefined, notes: ['exists, and you may not change it: left as it is'] }
    }
    const conflicts = conflictsOf(error)
    if (
      conflicts.length === 0 ||
      !conflicts.every(({ field }) => field === '.spec.replicas' || field === 'spec.replicas')
    )
      throw error
    const { replicas: _theirs, ...spec } = object.spec ?? {}
    const managers = [...new Set(conflicts.map(({ manager }) => manager))].join(', ')
    const note = `keeps its number of replicas, which ${managers} set`
    return { applied: await apply(connection, { ...object, spec }, options), notes: [note] }
  }
}
