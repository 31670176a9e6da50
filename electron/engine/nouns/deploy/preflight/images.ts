import { getObject, type KubeObject } from '../../../kube/index.ts'
import { known, Lists, whyUnread } from '../../../objects/known.ts'
import { podTemplateOf } from '../../../objects/objects.ts'
import type { Found, Preflight } from './types.ts'
import { failed, passed, unknown, warning } from './results.ts'

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
  const unreadSecrets: string[] = []
  const secrets = new Set(pods.flatMap(({ imagePullSecrets = [] }) => imagePullSecrets.map(({ name = '' }) => name)))
  for (const name of secrets) {
    if (objects.some(({ kind, metadata }) => kind === 'Secret' && metadata.name === name)) continue
    const found = await known(pullSecret(preflight, name))
    if (found.state === 'absent')
      return failed(
        `The pull secret ${name} does not exist in ${preflight.namespace}, so a private registry would refuse the nodes.`,
        `Make it: kubectl -n ${preflight.namespace} create secret docker-registry ${name}, or leave the pull secret out of the values.`,
      )
    if (found.state !== 'known') unreadSecrets.push(`You may not read the pull secret ${name}.`)
  }
  const lists = new Lists(preflight.connection, { signal: preflight.signal })
  const [trouble, onNodes] = await Promise.all([lastTrouble(preflight, lists, images), imagesOnNodes(lists)])
  if (trouble !== undefined)
    return warning(
      `A pull failed within the last hour: ${trouble}`,
      'Check the name of the image, the registry and the pull secret.',
    )
  if (lists.unread.length > 0 || unreadSecrets.length > 0)
    return unknown(
      `Could not be checked. ${[...unreadSecrets, ...lists.unread.map(whyUnread)].join(' ')}`,
      'Missing images and pull secrets show while deploying: the pods say which.',
    )
  const missing = [...images].filter((image) => !onNodes.has(bare(image)))
  if (missing.length === 0) return passed(`All ${images.size} are on a node already.`)
  return passed(
    `${images.size - missing.length} of ${images.size} are on a node already; of the others it is not known until they are pulled.`,
  )
}

const pullSecret = ({ connection, namespace, signal }: Preflight, name: string) =>
  getObject(connection, { apiVersion: 'v1', kind: 'Secret', namespace, name }, { signal })

async function lastTrouble(
  { connection, namespace }: Preflight,
  lists: Lists,
  images: ReadonlySet<string>,
): Promise<string | undefined> {
  const events = await lists.all('v1', 'Event', { namespace, fieldSelector: 'type=Warning' })
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

/** An image without a name is listed with `names: null`: Go writes an empty list so. */
async function imagesOnNodes(lists: Lists): Promise<Set<string>> {
  const nodes = await lists.all('v1', 'Node')
  const images = nodes.flatMap(({ status }) => (status?.['images'] ?? []) as { names?: string[] | null }[])
  return new Set(images.flatMap(({ names }) => (names ?? []).map(bare)))
}

/** Nodes write the registry and the library that people leave out. */
const bare = (image: string) => image.replace(/^docker\.io\//, '').replace(/^library\//, '')
