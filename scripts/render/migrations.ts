import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { migrations } from '../../server/database/migrations/index.ts'
import { manifestsDirectory } from './goldens.ts'

export const migrationsPath = join(manifestsDirectory, 'migrations.json')

/** What the console must know of the suite's migrations before it deploys or goes back. The console may not import the suite. */
export function migrationsText(): string {
  const rows = migrations.map(({ name, previousReleaseRuns, isReversible }) => ({
    name,
    previousReleaseRuns,
    isReversible,
  }))
  return `[\n${rows.map((row) => `  ${rowText(row)}`).join(',\n')}\n]\n`
}

/** Writes the file when it is not what the migrations say; returns its path then. */
export async function writeMigrations(): Promise<string[]> {
  const text = migrationsText()
  if ((await readFile(migrationsPath, 'utf8').catch(() => '')) === text) return []
  await writeFile(migrationsPath, text)
  return [migrationsPath]
}

/** As prettier writes it, so that the check of the format has nothing to say. */
function rowText(row: Record<string, string | boolean>): string {
  const entries = Object.entries(row).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  return `{ ${entries.join(', ')} }`
}
