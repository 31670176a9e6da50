import { ConsoleError } from '#shared/errors.ts'
import { getObject, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { applyUnder, noRules } from '../applyRules.ts'
import { present } from '../../../objects/objects.ts'

/** @throws ConsoleError NAMESPACE_TERMINATING */
export async function requireNamespace(connection: ClusterConnection, name: string): Promise<void> {
  const found = await getObject(connection, { apiVersion: 'v1', kind: 'Namespace', name }).catch(() => undefined)
  if (found?.metadata.deletionTimestamp === undefined) return
  throw new ConsoleError(
    'NAMESPACE_TERMINATING',
    `The namespace ${name} is being deleted. Wait until it is gone. Nothing was changed.`,
  )
}

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
const isThere = async (connection: ClusterConnection, namespace: KubeObject) =>
  present(connection, namespace).then(
    (found) => found !== undefined,
    (error: unknown) => error instanceof ConsoleError && error.code === 'FORBIDDEN',
  )
