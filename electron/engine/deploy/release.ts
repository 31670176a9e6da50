import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { ConsoleError } from '#shared/errors.ts'
import { apply, getObject, type ClusterConnection, type KubeObject } from '../kube/index.ts'

const configMapName = 'agency-swarm-release'

const release = z.object({
  release: z.string(),
  version: z.string(),
  profile: z.string(),
  at: z.number(),
  by: z.string(),
  /** What was applied, compressed; Secrets without their values. */
  objects: z.string(),
})
export type Release = z.infer<typeof release>

/** What was installed last, as the cluster itself remembers it: consoles of other administrators see it too. */
export async function readRelease(
  connection: ClusterConnection,
  namespace: string,
  signal?: AbortSignal,
): Promise<Release | null> {
  try {
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: configMapName }
    const object = await getObject(connection, ref, signal ? { signal } : {})
    const parsed = release.safeParse(
      JSON.parse((object['data'] as Record<string, string> | undefined)?.['release'] ?? 'null'),
    )
    return parsed.success ? parsed.data : null
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof ConsoleError && error.code === 'NOT_FOUND')) return null
    throw error
  }
}

export async function writeRelease(connection: ClusterConnection, namespace: string, value: Release): Promise<void> {
  await apply(connection, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: configMapName, namespace, labels: { 'app.kubernetes.io/part-of': 'agency-swarm' } },
    data: { release: JSON.stringify(value) },
  })
}

export const releaseRef = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace,
  name: configMapName,
})

/** Far below the 1 MiB that a ConfigMap may hold: the manifests compress to some kilobytes. */
export function packObjects(objects: KubeObject[]): string {
  const withoutSecrets = objects.map((object) => (object.kind === 'Secret' ? { ...object, data: {} } : object))
  return gzipSync(JSON.stringify(withoutSecrets)).toString('base64')
}

export function unpackObjects(packed: string): KubeObject[] {
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as KubeObject[]
}
export const releaseSchema = release
