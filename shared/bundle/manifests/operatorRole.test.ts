import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { releasedResources } from '../../contract/right.ts'
import { allRights, rights } from '../../contract/rights.ts'
import { operatorRole, operatorRolePath, releasedRoles } from '../../../scripts/render/operatorRole.ts'
import { readBundle } from '../../../scripts/render/rendered.ts'

it('the role of the operator is what the contract says: run `npm run render -- --write`', async () => {
  expect(await readFile(operatorRolePath, 'utf8')).toBe(operatorRole())
})

it('the rights to deploy cover every kind of the bundle, and no other', async () => {
  const { objects } = await readBundle()
  const ofCluster = ['Namespace', 'ClusterRole', 'ClusterRoleBinding']
  const kinds = objects.filter(({ kind }) => !ofCluster.includes(kind)).map(({ kind }) => kind.toLowerCase())
  const covered = releasedResources.map((name) =>
    (name.split('.')[0] ?? '').replace(/ies$/, 'y').replace(/(sse)s$|s$/, '$1'),
  )
  expect([...new Set(kinds)].sort()).toEqual([...covered].map((kind) => kind.replace(/^ingresse$/, 'ingress')).sort())
})

it('every Role of the bundle may be bound by its name, and no other', async () => {
  const { objects } = await readBundle()
  const names = objects.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata.name)
  expect([...names].sort()).toEqual([...releasedRoles].sort())
})

it('the cluster is only read, and secrets nowhere but in the namespace', () => {
  const ofCluster = allRights().filter(({ isClusterScoped }) => isClusterScoped)
  for (const { resource, verbs } of ofCluster) {
    expect(resource).not.toBe('secrets')
    expect(verbs.filter((verb) => !['get', 'list', 'watch'].includes(verb))).toEqual([])
  }
})

it('no call asks for the same twice, and none for everything', () => {
  for (const [call, list] of Object.entries(rights)) {
    for (const { group, resource, verbs } of list) {
      expect(`${group} ${resource}`, call).not.toContain('*')
      expect(verbs.length, call).toBeGreaterThan(0)
    }
  }
})
