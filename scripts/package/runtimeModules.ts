import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { projectRoot } from '../setup/projectRoot.ts'

interface Manifest {
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

const installed = join(projectRoot, 'node_modules')

/**
 * The installed packages that the given ones need at run time, themselves included, as paths below node_modules. Types are left out,
 * and so are optional parts for other platforms, which npm has not installed.
 * @throws Error when a required package is not installed
 */
export async function runtimeModules(roots: string[]): Promise<string[]> {
  const found = new Set<string>()
  const visit = async (name: string, from: string, isOptional: boolean): Promise<void> => {
    if (name.startsWith('@types/')) return
    const folder = locate(name, from)
    if (folder === undefined) {
      if (isOptional) return
      throw new Error(`The package ${name}, needed by ${from}, is not installed. Run: npm ci`)
    }
    if (found.has(folder)) return
    found.add(folder)
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
    const optional = Object.keys(manifest.optionalDependencies ?? {})
    for (const needed of Object.keys(manifest.dependencies ?? {})) {
      await visit(needed, folder, optional.includes(needed))
    }
    for (const needed of optional) await visit(needed, folder, true)
  }
  for (const root of roots) await visit(root, projectRoot, false)
  return [...found].map((folder) => relative(installed, folder).split(sep).join('/')).sort()
}

/** Node's own search: the nearest node_modules on the way up, not further than the project. */
function locate(name: string, from: string): string | undefined {
  for (let folder = from; folder.startsWith(projectRoot); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
  }
  return undefined
}
