import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { resourceFor } from './discovery.ts'
import { pathOf } from './paths.ts'
import type { ApplyOptions, ClusterConnection, FieldConflict, KubeObject } from './types.ts'

/** One stable name: another one would make the console conflict with itself. */
export const fieldManager = 'agency-swarm-console'
/** For single edits of what a release brought: they show as drift, attributed, and as conflicts of the next plan. */
export const editFieldManager = 'agency-swarm-console-edit'

interface ManagedField {
  manager?: string
  operation?: string
  subresource?: string
}

/**
 * Server-side apply.
 * @returns the object as the server has it (or, with dryRun, would have it)
 * @throws CONFLICT with `details.conflicts: FieldConflict[]` when others own fields of it; never forces by itself
 */
export async function apply(
  connection: ClusterConnection,
  object: KubeObject,
  options: ApplyOptions = {},
): Promise<KubeObject> {
  const { dryRun = false, force = false, signal } = options
  const { apiVersion, kind, metadata } = object
  const resource = await resourceFor(connection, (all) => all.ofKind(apiVersion, kind), `${kind} (${apiVersion})`)
  const namespace = resource.namespaced ? (metadata.namespace ?? connection.context.namespace ?? 'default') : undefined
  const path = pathOf(resource, { namespace, name: metadata.name })
  try {
    return await connection.request<KubeObject>('PATCH', path, {
      query: { fieldManager, force, fieldValidation: 'Strict', dryRun: dryRun ? 'All' : undefined },
      // The server refuses managedFields in what is applied.
      body: { ...object, metadata: { ...metadata, managedFields: undefined } },
      headers: { 'content-type': 'application/apply-patch+yaml' },
      ...(signal ? { signal } : {}),
    })
  } catch (thrown) {
    const error = asConsoleError(thrown)
    const causes = error.code === 'CONFLICT' ? fieldConflicts(error) : []
    if (causes.length === 0) throw error
    throw await explainConflict(connection, path, `${kind} "${metadata.name}"`, causes, error)
  }
}

/** `conflict with "helm" using apps/v1`, `conflict with "hpa" with subresource "scale" using ...` */
function fieldConflicts(error: ConsoleError): { field: string; manager: string }[] {
  const causes = (error.details['causes'] ?? []) as { reason?: string; message?: string; field?: string }[]
  return causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => ({
      field,
      manager: /conflict with "([^"]*)"/.exec(message)?.[1] ?? 'unknown',
    }))
}

async function explainConflict(
  connection: ClusterConnection,
  path: string,
  what: string,
  causes: { field: string; manager: string }[],
  error: ConsoleError,
): Promise<ConsoleError> {
  // The refusal does not say how the other wrote; the object does.
  const live = await connection.request<KubeObject>('GET', path).catch(() => undefined)
  const managed = (live?.metadata.managedFields ?? []) as ManagedField[]
  const conflicts: FieldConflict[] = causes.map(({ field, manager }) => ({
    field,
    manager,
    operation: managed.find((entry) => entry.manager === manager)?.operation ?? 'unknown',
  }))
  const list = conflicts.map(({ field, manager, operation }) => `${field} (${manager}, ${operation})`).join('; ')
  return new ConsoleError(
    'CONFLICT',
    `${what} has fields that others manage: ${list}. Leave them out, or take them over on purpose.`,
    { ...error.details, conflicts },
    { cause: error },
  )
}
