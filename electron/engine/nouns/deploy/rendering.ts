import { randomBytes } from 'node:crypto'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { getObject, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { render, secretNames, type Bundle, type RenderedStage, type Rendering } from '#shared/bundle/index.ts'
import { idOf, isNotFound } from '../../objects/objects.ts'

/**
 * The manifests filled for one deployment, with the cluster's own secrets where it has some.
 * @param isTrial for a plan: who may not read the secrets gets the answer of the dry run instead of an error
 */
export async function renderFor(
  connection: ClusterConnection,
  bundle: Bundle,
  request: Omit<Rendering, 'secrets'>,
  isTrial: boolean,
  signal?: AbortSignal,
): Promise<RenderedStage[]> {
  const secrets = new Map<string, Map<string, string>>()
  for (const name of secretNames(bundle)) {
    const data = await secretData(connection, request.namespace, name, isTrial, signal)
    const texts = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const)
    secrets.set(name, new Map(texts))
  }
  return render(bundle, { ...request, secrets })
}

/**
 * Gives the Secrets of a record their values again, which were never recorded.
 * @param rendered the same release rendered again with the cluster's values, where the bundle still has it: it knows values that are not
 * generated. Else the cluster's own values, and new ones for keys that it does not have.
 */
export async function withSecretValues(
  connection: ClusterConnection,
  namespace: string,
  stages: RenderedStage[],
  rendered: RenderedStage[],
  isTrial = false,
): Promise<RenderedStage[]> {
  const fresh = new Map(rendered.flatMap(({ objects }) => objects).map((object) => [idOf(object), object]))
  const fill = async (object: KubeObject): Promise<KubeObject> => {
    if (object.kind !== 'Secret') return object
    const known = dataOf(fresh.get(idOf(object)))
    const live = await secretData(connection, namespace, object.metadata.name, isTrial)
    const keys = Object.keys(dataOf(object))
    return { ...object, data: Object.fromEntries(keys.map((key) => [key, known[key] ?? live[key] ?? generated()])) }
  }
  return Promise.all(stages.map(async ({ id, objects }) => ({ id, objects: await Promise.all(objects.map(fill)) })))
}

const dataOf = (object: KubeObject | undefined) => (object?.['data'] ?? {}) as Record<string, string>

/** 32 characters that need no quoting anywhere. */
const generated = () => Buffer.from(randomBytes(24).toString('base64url')).toString('base64')

async function secretData(
  connection: ClusterConnection,
  namespace: string,
  name: string,
  isTrial: boolean,
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  try {
    const ref = { apiVersion: 'v1', kind: 'Secret', namespace, name }
    return dataOf(await getObject(connection, ref, { signal }))
  } catch (error) {
    if (isNotFound(error) || (isTrial && asConsoleError(error).code === 'FORBIDDEN')) return {}
    throw error
  }
}

/** The same release from the bundle of this console; nothing when the bundle has become another one. */
export async function renderedAgain(
  connection: ClusterConnection,
  bundle: Bundle,
  request: Omit<Rendering, 'secrets'>,
): Promise<RenderedStage[]> {
  try {
    return await renderFor(connection, bundle, request, false)
  } catch (error) {
    if (error instanceof ConsoleError && error.code === 'BAD_INPUT') return []
    throw error
  }
}
