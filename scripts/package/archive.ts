import { readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import manifest from '../../package.json' with { type: 'json' }
import { run } from '../setup/run.ts'

/**
 * Packs the unpacked Linux folder, under a name with its version, beside it. electron-builder's own archives need a program that it
 * downloads; every Linux has tar.
 * @returns the archive's path
 */
export async function archiveLinuxFolder(output: string): Promise<string> {
  const folder = (await readdir(output)).find((name) => name.endsWith('unpacked'))
  if (folder === undefined) throw new Error(`There is no unpacked folder in ${output}. Run: npm run package -- dir`)
  const name = `${manifest.name}-${manifest.version}-linux-${process.arch}`
  const archive = join(output, `${name}.tar.gz`)
  const unfinished = `${archive}.unfinished`
  const ownership = ['--owner=0', '--group=0', '--numeric-owner']
  await run('tar', ['-czf', unfinished, ...ownership, '-C', output, `--transform=s,^${folder},${name},`, folder])
  await rename(unfinished, archive)
  return archive
}
