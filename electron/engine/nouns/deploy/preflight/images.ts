import { getObject, listObjects, type KubeObject } from '../../../kube/index.ts'
import { isNotFound, podTemplateOf } from '../../../objects/objects.ts'
import type { Found, Preflight } from './types.ts'
import { failed, passed, warning } from './results.ts'

/** Milliseconds; an older event says little about now. */
const recent = 3_600_000

/** What can be known without pulling: whether the pull secrets exist, what the nodes have, and what failed lately. */
export async function imagesCheck(preflight: Preflight): Promise<Found> {
  const { objects } = preflight
  const pods = objects.flatMap((object) => podTemplateOf(object)?.spec ?? [])
  const images = new Set(
    pods.flatMap(({ containers = [], initContainers = [] }) =>
      [...initContainers, ...containers].map(({ image = '' }) => image),
    ),
  )
  if (images.size === 0) return undefined
  const secrets = new Set(pods.flatMap(({ imagePullSecrets = [] }) => imagePullSecrets.map(({ name = '' }) => name)))
  for (const name of secrets) {
    if (objects.some(({ kind, metadata }) => kind === 'Secret' && metadata.name === name)) continue
    if (!(await hasSecret(preflight, name)))
      return failed(
        `The pull secret ${name} does not exist in ${preflight.namespace}, so a private registry would refuse the nodes.`,
        `Make it: kubectl -n ${preflight.namespace} create secret docker-registry ${name}, or leave the pull secret out of the values.`,
      )
  }
  const trouble = await lastTrouble(preflight, images)
  if (trouble !== undefined)
    return warning(
      `A pull failed within the last hour: ${trouble}`,
      'Check the name of the image, the registry and the pull secret.',
    )
  const onNodes = await imagesOnNodes(preflight)
  const missing = [...images].filter((image) => !onNodes.has(bare(image)))
  if (missing.length === 0) return passed(`All ${images.size} are on a node already.`)
  return passed(
    `${images.size - missing.length} of ${images.size} are on a node already; of the others it is not known until they are pulled.`,
  )
}

/** Whoever may not read Secrets cannot know; the pods will tell. */
async function hasSecret({ connection, namespace, signal }: Preflight, name: string): Promise<boolean> {
  try {
    await getObject(connection, { apiVersion: 'v1', kind: 'Secret', namespace, name }, signal ? { signal } : {})
    return true
  } catch (error) {
    return !isNotFound(error)
  }
}

async function lastTrouble(
  { connection, namespace, signal }: Preflight,
  images: ReadonlySet<string>,
): Promise<string | undefined> {
  const options = { namespace, fieldSelector: 'type=Warning', ...(signal && { signal }) }
  const events = await listObjects(connection, { apiVersion: 'v1', kind: 'Event' }, options).catch(() => [])
  const now = connection.clock.now()
  const about = events.filter((event) => isPullFailure(event) && now - timeOf(event) < recent)
  // Only what this release would pull again.
  const same = about.filter((event) => [...images].some((image) => String(event['message']).includes(image)))
  return same.length > 0 ? String(same.at(-1)?.['message']) : undefined
}

const isPullFailure = (event: KubeObject) =>
  /ImagePullBackOff|ErrImagePull|Failed to pull image|Back-off pulling image/.test(
    `${String(event['reason'])} ${String(event['message'])}`,
  )

function timeOf(event: KubeObject): number {
  const { lastTimestamp, eventTime } = event as { lastTimestamp?: string | null; eventTime?: string | null }
  return Date.parse(lastTimestamp ?? eventTime ?? event.metadata.creationTimestamp ?? '') || 0
}

async function imagesOnNodes({ connection, signal }: Preflight): Promise<Set<string>> {
  const nodes = await listObjects(connection, { apiVersion: 'v1', kind: 'Node' }, signal ? { signal } : {}).catch(
    () => [],
  )
  const images = nodes.flatMap(({ status }) => (status?.['images'] ?? []) as { names?: string[] }[])
  return new Set(images.flatMap(({ names = [] }) => names.map(bare)))
}

/** Nodes write the registry and the library that people leave out. */
const bare = (image: string) => image.replace(/^docker\.io\//, '').replace(/^library\//, '')
