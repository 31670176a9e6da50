import type { Fault } from '#shared/contract/base.ts'
import { ConsoleError, type ErrorCode } from '#shared/errors.ts'
import { getObject, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { applyUnder, noRules } from '../applyRules.ts'
import { known } from '../../../objects/known.ts'
import { present } from '../../../objects/objects.ts'

/** @throws ConsoleError NAMESPACE_TERMINATING */
export async function requireNamespace(connection: ClusterConnection, name: string): Promise<void> {
  const found = await known(getObject(connection, { apiVersion: 'v1', kind: 'Namespace', name }))
  // Who may not look at it is told by the next request in it; that the cluster does not answer is no leave to begin.
  if (found.state === 'failed') throw cannotBegin(name, found.fault)
  if (found.state !== 'known' || found.value.metadata.deletionTimestamp === undefined) return
  throw new ConsoleError(
    'NAMESPACE_TERMINATING',
    `The namespace ${name} is being deleted. Wait until it is gone. Nothing was changed.`,
  )
}

const cannotBegin = (name: string, fault: Fault | undefined) =>
  new ConsoleError(
    (fault?.code ?? 'STATE_UNKNOWN') as ErrorCode,
    `Whether the namespace ${name} is being deleted could not be read, so nothing was begun. ${fault?.message ?? ''} Try again.`,
    fault?.details,
  )

/** Before everything else: the record of what is done needs a place in the cluster. One that exists waits for its stage. */
export async function prepareNamespace(
  connection: ClusterConnection,
  name: string,
  objects: readonly KubeObject[],
): Promise<void> {
  await requireNamespace(connection, name)
  const planned = objects.find(({ kind, metadata }) => kind === 'Namespace' && metadata.name === name)
  if (!planned || (await isThere(connection, planned))) return
  await applyUnder(connection, planned, undefined, noRules, {})
}

/** Who may not look is told by the next request. */
async function isThere(connection: ClusterConnection, namespace: KubeObject): Promise<boolean> {
  const found = await known(present(connection, namespace))
  if (found.state === 'failed') throw cannotBegin(namespace.metadata.name, found.fault)
  return found.state === 'known' ? found.value !== undefined : found.state === 'forbidden'
}
