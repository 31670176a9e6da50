import { describe, expect, test } from 'vitest'
import type { ContextRow, SuiteRow } from '#shared/contract/clusters.ts'
import { sampleClusterRows, sampleContexts } from '../../testing/sampleData.ts'
import { attention } from './attention.ts'
import { fleetRows, isFirstRun, unasked, worstBackedUp, type FleetRow } from './fleetRows.ts'
import { summarise } from './summary.ts'

const now = Date.now()
const rowsOf = (contexts: readonly ContextRow[]) => fleetRows(contexts, sampleClusterRows(contexts))
const titles = (rows: readonly FleetRow[]) => attention(rows, now).map(({ row, title }) => [row.name, title])
const sandbox = (change: Partial<FleetRow> = {}): FleetRow => {
  const [row] = rowsOf(sampleContexts()).filter(({ id }) => id === 'sandbox')
  if (!row) throw new Error('no sandbox')
  return { ...row, ...change }
}
const suite = (lastBackup: SuiteRow['lastBackup'], namespace = 'agency-swarm'): SuiteRow => ({
  namespace,
  version: '2.4.0',
  pods: { ready: 9, total: 9 },
  lastBackup,
})

describe('fleet', () => {
  test('the summary counts only what clusters have stated', () => {
    expect(summarise(rowsOf(sampleContexts()), now)).toMatchObject({
      reachable: 4,
      asked: 5,
      unreachable: ['edge-osl-01'],
      podsReady: 73,
      pods: 75,
      podClusters: 4,
      suites: 4,
      verified: 2,
      newest: '2.4.0',
      onNewest: 2,
    })
  })

  test('two contexts of one cluster are one row, shown by the better one', () => {
    const [admin] = sampleContexts().filter(({ id }) => id === 'sandbox')
    if (!admin) throw new Error('no sandbox')
    const viewer: ContextRow = { ...admin, id: 'context:sandbox-viewer', name: 'sandbox-viewer', role: 'read_only' }
    const rows = rowsOf([viewer, admin])
    expect(rows.map(({ best, ways }) => [best.id, ways.length])).toEqual([['sandbox', 2]])
    expect(summarise(rows, now)).toMatchObject({ asked: 1, reachable: 1, nodes: 1, pods: 9, podClusters: 1, suites: 1 })
  })

  test('two clusters behind one address are two rows', () => {
    const contexts = sampleContexts().slice(0, 2)
    const rows = rowsOf(contexts.map((context) => ({ ...context, server: 'https://127.0.0.1:6443' })))
    expect(rows).toHaveLength(2)
  })

  test('nothing is claimed of contexts that were not asked', () => {
    const rows = rowsOf(
      sampleContexts().map(({ lookedAt: _, nodes: _nodes, pods: _pods, suiteVersion: _suite, ...context }) => ({
        ...context,
        health: context.id === 'sandbox' ? ('checking' as const) : ('unknown' as const),
      })),
    )
    expect(unasked(rows)).toBe(5)
    expect(summarise(rows, now)).toMatchObject({ asked: 0, lookedAt: 0, podClusters: 0, suites: 0 })
    expect(attention(rows, now)).toEqual([])
    expect(isFirstRun(rows)).toBe(false)
  })

  test('a cluster that was only asked for its version counts as reachable, not as healthy', () => {
    const rows = rowsOf(sampleContexts().map((context) => ({ ...context, health: 'reachable' as const })))
    expect(summarise(rows, now)).toMatchObject({ reachable: 5, lookedAt: 0, unhealthy: 0, pods: 0, suites: 0 })
  })

  test('versions compare as numbers', () => {
    const contexts = sampleContexts().map((context, index) => ({
      ...context,
      suiteVersion: ['2.9.0', '2.10.0'][index % 2],
    }))
    expect(summarise(rowsOf(contexts), now).newest).toBe('2.10.0')
  })

  test('what is failing comes before what cannot be reached, and that before what is unproven', () => {
    expect(titles(rowsOf(sampleContexts()))).toEqual([
      ['prod-eu-1', '1 pod crashing'],
      ['edge-osl-01', 'cannot be reached'],
      ['staging-eu', '1 pod restarting'],
      ['prod-apac-1', 'has no backup'],
      ['staging-eu', 'last backup is not verified'],
      ['prod-apac-1', 'is only partly visible to you'],
    ])
    expect(titles([sandbox()])).toEqual([])
  })

  test('the backup of each suite of a cluster counts for itself', () => {
    const yesterday = suite({ at: now - 90_000_000, state: 'verified' }, 'old')
    const row = sandbox({
      suites: [
        suite({ at: now - 1000, state: 'verified' }),
        yesterday,
        suite(undefined, 'new'),
        suite({ at: now, state: 'damaged' }, 'broken'),
      ],
    })
    expect(attention([row], now).map(({ title, step }) => [title, step.namespace])).toEqual([
      ['no backup in 24 h', 'old'],
      ['has no backup', 'new'],
      ['has a damaged backup', 'broken'],
    ])
    expect(worstBackedUp(row)?.namespace).toBe('new')
    expect(summarise([row], now)).toMatchObject({ suites: 4, verified: 1 })
  })

  test('production comes first and the sandbox last', () => {
    expect(rowsOf(sampleContexts()).map(({ name }) => name)).toEqual([
      'prod-apac-1',
      'prod-eu-1',
      'staging-eu',
      'edge-osl-01',
      'sandbox',
    ])
  })

  test('it is a first run only while nothing at all can be reached', () => {
    const stopped = sampleContexts().map((context) =>
      context.id === 'sandbox' ? { ...context, health: 'stopped' as const } : context,
    )
    expect(isFirstRun(rowsOf(stopped))).toBe(false)
    expect(isFirstRun(rowsOf(stopped.filter(({ id }) => id === 'sandbox')))).toBe(true)
  })

  test('a running sandbox without the suite says what comes next, once its namespaces were read', () => {
    expect(attention([sandbox({ suites: [] })], now).map(({ step }) => step)).toEqual([
      { title: 'Deploy…', page: 'deploy' },
    ])
    expect(attention([sandbox({ suites: [], suitesSeen: 'failed' })], now)).toEqual([])
  })
})
