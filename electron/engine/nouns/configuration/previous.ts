import { gunzipSync, gzipSync } from 'node:zlib'
import type { EditableKind } from '#shared/contract/configuration.ts'
import { ConsoleError } from '#shared/errors.ts'
import { apply, getObject, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import type { Content } from './content.ts'
import { largest } from './edit.ts'
import { keptType, type ConfigurationName } from './kinds.ts'

/** What was there before the last edit, kept in the cluster so that any console can put it back. */
export interface Kept {
  content: Content
  /** The content that an undo is putting back: set only while it does, or when it was interrupted. */
  restoring?: Content
}

const atAnnotation = 'console.agency-swarm.dev/replaced-at'
const byAnnotation = 'console.agency-swarm.dev/replaced-by'

export const keptSecretName = (kind: EditableKind, name: string): string =>
  `agency-swarm-previous-${kind.toLowerCase()}-${name}`

const refOf = ({ namespace, kind, name }: ConfigurationName) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  namespace,
  name: keptSecretName(kind, name),
})

/** Milliseconds since 1970. */
export const replacedAt = ({ metadata }: KubeObject): number => Date.parse(metadata.annotations?.[atAnnotation] ?? '')

/** The kept version; undefined when there is none. */
export async function readKept(connection: ClusterConnection, name: ConfigurationName): Promise<Kept | undefined> {
  try {
    const object = await getObject(connection, refOf(name))
    const packed = (object['data'] as Record<string, string> | undefined)?.['content'] ?? ''
    return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as Kept
  } catch (error) {
    if (error instanceof ConsoleError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

/** A Secret whatever the kind: a ConfigMap may hold what turns out to be one. */
export async function writeKept(
  connection: ClusterConnection,
  name: ConfigurationName,
  kept: Kept,
  by: string,
): Promise<void> {
  const packed = gzipSync(JSON.stringify(kept))
  if (packed.length > largest) {
    throw new ConsoleError(
      'BAD_INPUT',
      `${name.kind} ${name.name} is too large for its present content to be kept for Undo. Nothing was changed. Save it elsewhere and ` +
        'replace it by kubectl.',
    )
  }
  const ref = refOf(name)
  const at = new Date(connection.clock.now()).toISOString()
  await apply(connection, {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: {
      name: ref.name,
      namespace: ref.namespace,
      annotations: { [atAnnotation]: at, [byAnnotation]: by },
    },
    type: keptType,
    data: { content: packed.toString('base64') },
  })
}
