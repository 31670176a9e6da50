import { createHash, createHmac, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What an earlier version left about one context: by its own rules, not by the code of today. */
export interface Earlier {
  /** `context:<name>`: under that it kept everything. */
  cluster: string
  namespace: string
  backupId: string
  restoreId?: string
  environment?: string
}

/** Writes a data directory as a version wrote it that knew clusters by the names of contexts. */
export async function writeEarlierVersion(directory: string, all: readonly Earlier[]): Promise<void> {
  const key = randomBytes(32)
  await mkdir(join(directory, 'backups'), { recursive: true, mode: 0o700 })
  await writeFile(join(directory, 'backups', 'manifest.key'), key, { mode: 0o600 })
  for (const each of all) {
    await writeBackup(directory, key, each)
    if (each.restoreId !== undefined) await writeRestore(directory, each, each.restoreId)
  }
  const environments = Object.fromEntries(
    all.flatMap(({ cluster, environment }) => (environment === undefined ? [] : [[cluster, environment]])),
  )
  await writeFile(
    join(directory, 'clusters.json'),
    JSON.stringify({ environments, sandboxWanted: false, programs: [] }),
  )
}

async function writeBackup(directory: string, key: Buffer, { cluster, namespace, backupId }: Earlier): Promise<void> {
  const folder = join(directory, 'backups', folderName(cluster), folderName(namespace), backupId)
  const archive = Buffer.from(`dump of ${cluster}`)
  const sha256 = createHash('sha256').update(archive).digest('hex')
  const contents = {
    format: 1,
    id: backupId,
    cluster,
    clusterName: cluster.replace('context:', ''),
    namespace,
    takenAt: 1_764_000_000_000,
    tookMs: 900,
    by: 'maya',
    reason: 'nightly',
    database: {
      extensions: [],
      tables: [],
      sequences: [],
      constraints: [],
      indexes: [],
      name: 'agency',
      bytes: 1000,
      serverVersion: '15.14',
      serverVersionNumber: 150014,
      dumpVersion: '15.14',
      schemaVersion: '7',
    },
    images: {},
    members: [{ name: 'database.dump', bytes: archive.length, sha256 }],
    emptied: [],
  }
  const seal = `hmac-sha256:${createHmac('sha256', key).update(JSON.stringify(contents)).digest('hex')}`
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'database.dump'), archive)
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify({ contents, seal }, null, 2)}\n`)
}

async function writeRestore(directory: string, { cluster, namespace, backupId }: Earlier, id: string): Promise<void> {
  const folder = join(directory, 'restores', folderName(cluster), folderName(namespace))
  const at = 1_764_000_001_000
  const begun = { event: 'begun', at, id, backupId, cluster, namespace, by: 'maya', database: 'agency', oldOid: '5' }
  const ended = { event: 'state', at: at + 1, state: 'done', message: 'Restored.' }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(join(folder, `${id}.jsonl`), `${JSON.stringify(begun)}\n${JSON.stringify(ended)}\n`)
}

/** `context:prod` -> `context-prod-1a2b3c4d` */
function folderName(text: string): string {
  const readable = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return `${readable}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
}
