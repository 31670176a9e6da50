import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '#shared/kubeObject.ts'
import { loadBundle, render, secretNames, type Bundle, type Rendering } from './index.ts'

let bundle: Bundle
beforeAll(async () => {
  bundle = await loadBundle(join(import.meta.dirname, '../../resources'))
})

const rendering = (over: Partial<Rendering> = {}): Rendering => ({
  profile: 'sandbox',
  values: '',
  namespace: 'shop',
  version: '1.2.3',
  release: 'r1',
  registry: '',
  secrets: new Map(),
  ...over,
})
const objects = (over?: Partial<Rendering>) => render(bundle, rendering(over)).flatMap((stage) => stage.objects)
const find = (all: KubeObject[], kind: string, name: string) => {
  const found = all.find((object) => object.kind === kind && object.metadata.name === name)
  if (!found) throw new Error(`no ${kind} ${name}`)
  return found
}
const secretOf = (all: KubeObject[]) => find(all, 'Secret', 'agency-swarm-secrets')['data'] as Record<string, string>

describe('render', () => {
  it('gives the stages in the order of the guide', () => {
    expect(render(bundle, rendering()).map(({ id }) => id)).toEqual([
      '1-namespace',
      '2-configuration',
      '3-storage-database',
      '4-migrations',
      '5-backend',
      '6-frontend',
      '7-traffic',
    ])
  })

  it.each(['sandbox', 'small', 'production'])('leaves no placeholder in any object of the profile %s', (profile) => {
    expect(JSON.stringify(objects({ profile }))).not.toContain('${')
  })

  it('places every namespaced object in the namespace, and no other', () => {
    const ofCluster = ['Namespace', 'ClusterRole', 'ClusterRoleBinding']
    const namespaces = objects().map(({ kind, metadata }) => [ofCluster.includes(kind), metadata.namespace])
    expect(namespaces.every(([isOfCluster, namespace]) => namespace === (isOfCluster ? undefined : 'shop'))).toBe(true)
    expect(find(objects(), 'Namespace', 'shop')).toBeDefined()
  })

  it('gives a value its type when it is the whole text, and drops the field of an empty one', () => {
    expect(find(objects(), 'Deployment', 'agency-swarm-mcp').spec?.['replicas']).toBe(1)
    const templates = find(objects(), 'StatefulSet', 'postgresql').spec?.['volumeClaimTemplates'] as { spec: object }[]
    expect(templates[0]?.spec).not.toHaveProperty('storageClassName')
  })

  it('names the migration after the release, because a Job cannot be changed', () => {
    expect(find(objects({ release: 'r2' }), 'Job', 'agency-swarm-migrate-r2')).toBeDefined()
  })

  it('takes the registry of the settings before that of the profile', () => {
    const image = JSON.stringify(find(objects({ registry: 'registry.test/' }), 'Deployment', 'agency-swarm-backend'))
    expect(image).toContain('"image":"registry.test/agency-swarm/suite:1.2.3"')
  })

  it('generates secrets of the asked length, different each time', () => {
    const [one, two] = [secretOf(objects()), secretOf(objects())]
    expect(Buffer.from(one['POSTGRES_PASSWORD'] ?? '', 'base64').toString()).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(one['POSTGRES_PASSWORD']).not.toBe(two['POSTGRES_PASSWORD'])
  })

  it('keeps what the cluster has: a new database password would lock the suite out of its data', () => {
    expect(secretNames(bundle)).toEqual(['agency-swarm-secrets'])
    const secrets = new Map([['agency-swarm-secrets', new Map([['POSTGRES_PASSWORD', 'kept']])]])
    expect(secretOf(objects({ secrets }))['POSTGRES_PASSWORD']).toBe(Buffer.from('kept').toString('base64'))
  })

  it('writes secrets as data, which server-side apply can own', () => {
    expect(find(objects(), 'Secret', 'agency-swarm-secrets')).not.toHaveProperty('stringData')
  })

  it.each([
    [{ profile: 'none' }, 'no profile none'],
    [{ version: 'a b' }, 'version of a deployment cannot be "a b"'],
    [{ namespace: 'Shop' }, 'namespace of a deployment cannot be "Shop"'],
    [{ release: '-' }, 'release of a deployment cannot be "-"'],
    [{ registry: 'no-slash' }, '"registry" must be a registry that ends in a slash'],
  ])('refuses %j', (over, message) => {
    expect(() => objects(over)).toThrow(message)
  })

  it('refuses values with their lines, and gives the faults as details', () => {
    const values = 'replicas:\n  mcp: many\n'
    let thrown: unknown
    try {
      objects({ values })
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({
      code: 'BAD_INPUT',
      message: 'Line 2: "replicas.mcp" must be a whole number, and is "many".',
      details: { faults: [{ path: 'replicas.mcp', line: 2 }] },
    })
  })
})

describe('images', () => {
  const imageOf = (kind: string, name: string, over: Partial<Rendering>) =>
    /"image":"([^"]+)"/.exec(JSON.stringify(find(objects(over), kind, name)))?.[1]

  it.each([
    ['the version that is deployed', '', 'docker.io/agency-swarm/suite:1.2.3'],
    ['a tag', 'images: { suite: team/suite:9 }', 'docker.io/team/suite:9'],
    [
      'a digest',
      `images: { suite: team/suite@sha256:${'0'.repeat(64)} }`,
      `docker.io/team/suite@sha256:${'0'.repeat(64)}`,
    ],
    ['a registry of their own', 'images: { suite: "other.test:5000/suite" }', 'other.test:5000/suite:1.2.3'],
    ['the registry of the file', 'registry: own.test/team/', 'own.test/team/agency-swarm/suite:1.2.3'],
  ])('may have %s', (_title, values, image) => {
    expect(imageOf('Deployment', 'agency-swarm-backend', { profile: 'small', values })).toBe(image)
  })

  it('come from the registry of the file before that of the settings', () => {
    const over = { registry: 'settings.test/', values: 'registry: file.test/' }
    expect(imageOf('StatefulSet', 'postgresql', over)).toBe('file.test/pgvector/pgvector:pg15')
  })
})
