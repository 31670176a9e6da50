import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import type { KubeObject } from '#shared/kubeObject.ts'
import { overlay, type Bundle, type Values, type ValuesSchema } from './types.ts'

const migration = z.object({ name: z.string(), previousReleaseRuns: z.boolean(), isReversible: z.boolean() })

/** Reads `manifests` of a resources directory. @throws when a file is missing or cannot be parsed: the installation is broken then. */
export async function loadBundle(resourcesDirectory: string): Promise<Bundle> {
  const root = join(resourcesDirectory, 'manifests')
  const digest = createHash('sha256')
  const text = async (path: string) => {
    const content = await readFile(join(root, path), 'utf8')
    digest.update(`${path}\0${Buffer.byteLength(content)}\0${content}`)
    return content
  }
  const names = async (folder: string) =>
    (await readdir(join(root, folder))).filter((name) => name.endsWith('.yaml')).sort()
  const profiles: (Bundle['profiles'][number] & { order: number })[] = []
  const objects: KubeObject[] = []
  // One after the other: the digest depends on the order.
  for (const name of await names('base')) objects.push(...documentsOf(await text(`base/${name}`)))
  const standard = parse(await text('values.yaml')) as Values
  for (const name of await names('profiles')) {
    const { title, order, ...values } = parse(await text(`profiles/${name}`)) as Values
    const id = name.replace(/\.yaml$/, '')
    profiles.push({
      id,
      title: typeof title === 'string' ? title : id,
      order: Number(order ?? profiles.length),
      values: overlay(standard, values),
    })
  }
  // The first is what is offered where nothing is installed: the smallest.
  profiles.sort((a, b) => a.order - b.order)
  const schema = JSON.parse(await text('values.schema.json')) as ValuesSchema
  const migrations = z.array(migration).parse(JSON.parse(await text('migrations.json')))
  return {
    profiles: profiles.map(({ order: _, ...profile }) => profile),
    objects,
    schema,
    migrations,
    digest: digest.digest('hex'),
  }
}

function documentsOf(file: string): KubeObject[] {
  return parseAllDocuments(file).flatMap((document) => {
    const [error] = document.errors
    if (error) throw error
    return (document.toJS() as KubeObject | null) ?? []
  })
}
