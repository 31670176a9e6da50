import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createObject, getObject, type ClusterConnection } from '../../../kube/index.ts'
import { testNamespace, type TestNamespace } from '../../../testing/testNamespace.ts'
import { packContent, unpackContent, type ReleaseRecord } from './record.ts'
import { backupOf, forwardVerdict, verdictBetween } from './schemaVerdict.ts'
import { ReleaseStore } from './store.ts'

const migrations = [
  { name: '0001', previousReleaseRuns: true, isReversible: false },
  { name: '0002', previousReleaseRuns: true, isReversible: false },
  { name: '0003', previousReleaseRuns: false, isReversible: false },
]
const record = (id: string, startedAt: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord => ({
  ...{ id, startedAt, kind: 'deploy', version: '1', profile: 'small', registry: '', by: 'maya', digest: 'd' },
  ...{ rollbackTo: null, previous: null, state: 'done', stage: '', doneStages: [], fault: null, created: [] },
  ...{ taken: [], replaced: [], pruned: [], wantsBackup: false, backupId: '', schema: '' },
  ...{ values: '', stages: [], kept: [], adoptions: [], migrations },
  ...more,
})

describe('the record of a release', () => {
  const objects = (count: number) =>
    Array.from({ length: count }, (_unused, index) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `s${index}` },
      data: { KEY: Buffer.from(`secret-${index}`).toString('base64') },
    }))

  it('holds no value of a secret, but its keys', () => {
    const content = packContent(record('a', 1, { stages: [{ id: '1', objects: objects(1) }] }))
    expect(unpackContent(content)).toMatchObject({ stages: [{ objects: [{ data: { KEY: '' } }] }] })
  })

  it('stays far below what a ConfigMap may hold, also of hundreds of objects', () => {
    expect(packContent(record('a', 1, { stages: [{ id: '1', objects: objects(500) }] })).length).toBeLessThan(100_000)
  })

  it('is refused when the cluster could not keep it', () => {
    // What does not compress.
    const values = randomBytes(1_000_000).toString('base64')
    expect(() => packContent(record('a', 1, { values }))).toThrow(/the cluster keeps at most 900000/)
  })
})

describe('the records in a cluster', () => {
  let place: TestNamespace
  let connection: ClusterConnection
  let namespace = ''

  beforeAll(async () => {
    place = await testNamespace('releases-test')
    connection = place.connection
    namespace = place.scope.namespace
  })
  afterAll(() => place.stop())

  it('are kept to ten, but never without the live one and the one before it', async () => {
    const store = new ReleaseStore(connection, namespace)
    await store.create(record('r01', 1))
    await store.create(record('r02', 2, { previous: 'r01' }))
    for (let number = 3; number <= 14; number += 1)
      await store.create(record(`r${String(number).padStart(2, '0')}`, number, { state: 'undone', previous: 'r02' }))
    await store.retain()
    const ids = (await store.list()).map(({ id }) => id)
    expect(ids).toEqual(['r14', 'r13', 'r12', 'r11', 'r10', 'r09', 'r08', 'r07', 'r06', 'r05', 'r02', 'r01'])
    const name = 'agency-swarm-release-r14'
    const { metadata } = await getObject(connection, { apiVersion: 'v1', kind: 'ConfigMap', namespace, name })
    expect(metadata.labels).toEqual({
      'app.kubernetes.io/part-of': 'agency-swarm',
      'console.agency-swarm.dev/release': 'r14',
    })
  })

  it('are passed over where they cannot be read', async () => {
    const labels = { 'console.agency-swarm.dev/release': 'odd' }
    const metadata = { name: 'agency-swarm-release-odd', namespace, labels }
    await createObject(connection, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { progress: '{"id":1}' } })
    const ids = (await new ReleaseStore(connection, namespace).list()).map(({ id }) => id)
    expect(ids).toHaveLength(12)
  })
})

describe('what a release means for the database', () => {
  it.each([
    ['a new database', [], 'forward', ['0001', '0002', '0003']],
    ['an older schema', ['0001'], 'forward', ['0002', '0003']],
    ['the same schema', ['0001', '0002', '0003'], 'none', []],
    ['a schema from a newer console', ['0001', '0002', '0003', '0004'], 'unknown', ['0004']],
  ])('%s', (_what, applied, state, pending) => {
    expect(forwardVerdict(migrations, applied, undefined)).toMatchObject({ state, migrations: pending })
  })

  it('is known from the records where the database cannot be asked, or not at all', () => {
    const current = record('a', 1, { schema: '0002' })
    expect(forwardVerdict(migrations, undefined, current)).toMatchObject({ state: 'forward', migrations: ['0003'] })
    expect(forwardVerdict(migrations, undefined, record('a', 1))).toMatchObject({ state: 'unknown' })
  })

  it.each([
    ['none', '0003', undefined],
    ['restore', '0002', 'backup-3'],
    ['restore', '0001', 'backup-2'],
  ])('going back is %s from 0003 to %s, with the backup %s', (state, schema, backup) => {
    const records = [
      record('c', 3, { schema: '0003', previous: 'b', backupId: 'backup-3' }),
      record('b', 2, { schema: '0002', previous: 'a', backupId: 'backup-2' }),
      record('a', 1, { schema: '0001' }),
    ]
    const target = records.find((each) => each.schema === schema)
    if (!target) throw new Error('no such record')
    expect(verdictBetween(target, records, undefined).state).toBe(state)
    expect(backupOf(target, records)?.id).toBe(backup)
  })

  it('stays where every newer migration lets the release before run', () => {
    const records = [record('b', 2, { schema: '0002', previous: 'a' }), record('a', 1, { schema: '0001' })]
    const [, oldest] = records
    expect(oldest && verdictBetween(oldest, records, undefined)).toMatchObject({ state: 'stays', migrations: ['0002'] })
    // The database says more than the records: a run that stopped half way has migrated it.
    expect(oldest && verdictBetween(oldest, records, ['0001', '0002', '0003']).state).toBe('restore')
  })
})
