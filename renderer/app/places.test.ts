import { expect, test } from 'vitest'
import { sampleClusterRows, sampleContexts } from '../testing/sampleData.ts'
import { placeAmong } from './places.ts'

const contexts = sampleContexts()
const clusters = sampleClusterRows(contexts).map((cluster) =>
  cluster.id === 'uid:staging-eu' ? { ...cluster, formerIds: ['certificate:1', 'context:old-name'] } : cluster,
)
const among = (cluster: string | null, namespaces: Record<string, string> = {}) =>
  placeAmong({ contexts, clusters }, { cluster, namespaces })

test('a context that is still there stays', () => {
  expect(among('context:prod-eu-1').cluster).toBe('context:prod-eu-1')
})

test('a context that was renamed is followed to its cluster', () => {
  expect(among('context:old-name').cluster).toBe('context:staging-eu')
})

test('a context that is gone for good gives way to the sandbox', () => {
  expect(among('context:gone').cluster).toBe('sandbox')
  expect(among(null).cluster).toBe('sandbox')
})

test('namespaces chosen under a context, or under a former id, move to the cluster; what it has already stays', () => {
  expect(among('sandbox', { 'context:staging-eu': 'one', sandbox: 'own', 'context:gone': 'kept' }).namespaces).toEqual({
    'uid:staging-eu': 'one',
    sandbox: 'own',
    'context:gone': 'kept',
  })
  expect(among('sandbox', { 'uid:staging-eu': 'new', 'certificate:1': 'former' }).namespaces).toEqual({
    'uid:staging-eu': 'new',
  })
})
