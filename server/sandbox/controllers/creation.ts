import { admitNew, checkNamespace, completeNew } from '../api/admission/admit.ts'
import { applyDefaults } from '../api/defaults/defaults.ts'
import { newMetadata } from '../store/metadata.ts'
import { resourceRow } from '../store/resources.ts'
import type { KubeObject, NewObject, ResourceName } from '../store/types.ts'
import type { Pod } from './kinds.ts'
import type { ControllerContext } from './loop/controlLoop.ts'

const noServices = (): never => {
  throw new Error('Controllers create no Services: those need an address of the node.')
}

/**
 * Creates what a controller wants under the rules a client's request is held to: defaults, admission, quotas.
 * @throws ApiError 403 when a quota is exceeded or the namespace is going away, 409 when the name is taken
 */
export function createIn<T extends KubeObject>(
  { store }: ControllerContext,
  resource: ResourceName,
  wanted: NewObject<T>,
): T {
  const row = resourceRow(resource)
  const { apiVersion, kind } = row
  const object: KubeObject = {
    ...structuredClone(wanted),
    apiVersion,
    kind,
    metadata: newMetadata(row, wanted),
  }
  checkNamespace(store, row, object)
  applyDefaults(row, object)
  completeNew(store, row, object, noServices)
  applyDefaults(row, object)
  admitNew(store, row, object)
  return store.create<T>(resource, object as unknown as NewObject<T>)
}

/** Creates a pod for its controller and says so in an event, whether it works or not. */
export function createPod(context: ControllerContext, owner: KubeObject, pod: NewObject<Pod>, component: string): Pod {
  try {
    const created = createIn<Pod>(context, 'pods', pod)
    context.recordEvent(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`, component)
    return created
  } catch (error) {
    context.recordEvent(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`, component)
    throw error
  }
}

/** Deletes a pod for its controller and says so in an event. */
export function deletePod(context: ControllerContext, owner: KubeObject, pod: Pod, component: string): void {
  const { namespace, name, uid } = pod.metadata
  context.store.delete('pods', namespace, name, { preconditions: { uid } })
  context.recordEvent(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`, component)
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
