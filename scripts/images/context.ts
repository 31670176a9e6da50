import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../setup/projectRoot.ts'

/** What the Containerfiles copy. The whole folder would send everything that was ever built or installed here to the engine. */
const needed = ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'shared', 'server', 'scripts']

/** Calls `use` with a folder that holds just that, and removes it afterwards. */
export async function withContext(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'agency-swarm-images-'))
  try {
    for (const name of needed) await cp(join(projectRoot, name), join(directory, name), { recursive: true })
    await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
