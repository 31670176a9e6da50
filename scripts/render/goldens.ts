import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bundle } from '#shared/bundle/index.ts'
import { renderedText, resourcesDirectory } from './rendered.ts'

interface Golden {
  /** Name of the file below resources/manifests/rendered. */
  name: string
  profile: string
  /** Path of a values file below resources/manifests; none: the profile alone. */
  values?: string
}

export const manifestsDirectory = join(resourcesDirectory, 'manifests')

export const goldensOf = (bundle: Bundle): Golden[] => [
  ...bundle.profiles.map(({ id }) => ({ name: `${id}.yaml`, profile: id })),
  { name: 'production-example.yaml', profile: 'production', values: 'examples/production.yaml' },
]

const header = `# DO NOT EDIT. Written by: npm run render -- --write
# What the manifests come to, so that a change of them is read where it takes effect.
`

/** The version and the release are fixed: another version of the suite is no change of the manifests. */
export async function goldenText(bundle: Bundle, { profile, values }: Golden): Promise<string> {
  const text = values === undefined ? '' : await readFile(join(manifestsDirectory, values), 'utf8')
  const options = { profile, values: text, namespace: 'agency-swarm', version: '1.2.3', release: 'example' }
  return header + renderedText(bundle, options)
}

export const goldenPath = ({ name }: Golden) => join(manifestsDirectory, 'rendered', name)

/** Writes all of them; returns the paths of those that changed. */
export async function writeGoldens(bundle: Bundle): Promise<string[]> {
  const changed: string[] = []
  for (const golden of goldensOf(bundle)) {
    const text = await goldenText(bundle, golden)
    const path = goldenPath(golden)
    if ((await readFile(path, 'utf8').catch(() => '')) === text) continue
    await writeFile(path, text)
    changed.push(path)
  }
  return changed
}
