import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format } from 'prettier'
import { migrations } from '../../server/database/migrations/index.ts'
import { manifestsDirectory } from './goldens.ts'

export const migrationsPath = join(manifestsDirectory, 'migrations.json')

/** What the console must know of the suite's migrations before it deploys or goes back. The console may not import the suite. */
export function migrationsText(): Promise<string> {
  const rows = migrations.map(({ name, previousReleaseRuns, isReversible }) => ({
    name,
    previousReleaseRuns,
    isReversible,
  }))
  return format(JSON.stringify(rows), { parser: 'json', printWidth: 120 })
}

/** Writes the file when it is not what the migrations say; returns its path then. */
export async function writeMigrations(): Promise<string[]> {
  const text = await migrationsText()
  if ((await readFile(migrationsPath, 'utf8').catch(() => '')) === text) return []
  await writeFile(migrationsPath, text)
  return [migrationsPath]
}
