import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Suite } from '#shared/contract/base.ts'

/** `<root>/<cluster>/<namespace>`: where a noun keeps its files about a suite. */
export function suiteFolder(root: string, { cluster, namespace }: Suite): string {
  return join(clusterFolder(root, cluster), folderName(namespace))
}

/** `<root>/<cluster>`: what is kept about all suites of a cluster. */
export function clusterFolder(root: string, cluster: string): string {
  return join(root, folderName(cluster))
}

/** A folder name for any text: readable, and different for different texts. */
function folderName(text: string): string {
  const readable = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 48)
  return `${readable || 'x'}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
}
