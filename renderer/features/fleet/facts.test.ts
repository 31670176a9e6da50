import { describe, expect, test } from 'vitest'
import type { Cluster } from '#shared/contract/clusters.ts'
import { sampleClusters } from '../../testing/sampleData.ts'
import { attention, fullerEntry, isFirstRun, orderFleet, summarise } from './facts.ts'

const now = Date.now()

describe('fleet', () => {
  test('the summary counts only what clusters have stated', () => {
    expect(summarise(sampleClusters(), now)).toMatchObject({
      reachable: 4,
      total: 5,
      unreachable: ['edge-osl-01'],
      podsReady: 73,
      pods: 75,
      podClusters: 4,
      withSuite: 4,
      verified: 2,
      newest: '2.4.0',
      onNewest: 2,
    })
  })

  test('a second user of a cluster does not make a second cluster', () => {
    const sandbox = sampleClusters().find((cluster) => cluster.id === 'sandbox')
    if (!sandbox) throw new Error('no sandbox')
    const viewer: Cluster = { ...sandbox, id: 'context:sandbox-viewer', name: 'sandbox-viewer', role: 'read_only' }
    const facts = summarise([viewer, sandbox], now)
    expect(facts).toMatchObject({ total: 1, reachable: 1, nodes: 1, pods: 9, podClusters: 1, withSuite: 1 })
    expect(fullerEntry(viewer, [viewer, sandbox])).toBe(sandbox)
    expect(fullerEntry(sandbox, [viewer, sandbox])).toBeUndefined()
  })

  test('versions compare as numbers', () => {
    const clusters = sampleClusters().map((cluster, index) => ({
      ...cluster,
      suiteVersion: ['2.9.0', '2.10.0'][index % 2],
    }))
    expect(summarise(clusters, now).newest).toBe('2.10.0')
  })

  test('what is failing comes before what cannot be reached, and that before what is unproven', () => {
    expect(attention(sampleClusters(), now).map((item) => [item.cluster.name, item.title])).toEqual([
      ['prod-eu-1', '1 pod crashing'],
      ['edge-osl-01', 'cannot be reached'],
      ['staging-eu', '1 pod restarting'],
      ['staging-eu', 'last backup is not verified'],
      ['prod-apac-1', 'shows only a part'],
    ])
  })

  test('a healthy fleet needs nobody', () => {
    expect(
      attention(
        sampleClusters().filter((cluster) => cluster.id === 'sandbox'),
        now,
      ),
    ).toEqual([])
  })

  test('a backup of yesterday is said to be missing today', () => {
    const [sandbox] = sampleClusters().filter((cluster) => cluster.id === 'sandbox')
    if (!sandbox) throw new Error('no sandbox')
    const items = attention([{ ...sandbox, lastBackup: { at: now - 90_000_000, state: 'verified' } }], now)
    expect(items.map((item) => item.title)).toEqual(['no backup in 24 h'])
  })

  test('production comes first and the sandbox last', () => {
    expect(orderFleet(sampleClusters()).map((cluster) => cluster.name)).toEqual([
      'prod-apac-1',
      'prod-eu-1',
      'staging-eu',
      'edge-osl-01',
      'sandbox',
    ])
  })

  test('it is a first run only while nothing at all can be reached', () => {
    const stopped = sampleClusters().map((cluster) =>
      cluster.id === 'sandbox' ? { ...cluster, health: 'stopped' as const } : cluster,
    )
    expect(isFirstRun(stopped)).toBe(false)
    expect(isFirstRun(stopped.filter((cluster) => cluster.id === 'sandbox'))).toBe(true)
  })

  test('a running sandbox without the suite says what comes next', () => {
    const [sandbox] = sampleClusters().filter((cluster) => cluster.id === 'sandbox')
    if (!sandbox) throw new Error('no sandbox')
    const { suiteVersion: _version, lastBackup: _backup, ...bare } = sandbox
    expect(attention([bare], now).map((item) => item.step)).toEqual([{ title: 'Deploy…', page: 'deploy' }])
  })
})
