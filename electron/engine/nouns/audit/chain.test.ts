import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { ConsoleError } from '#shared/errors.ts'
import { getObject } from '../../kube/index.ts'
import { testNamespace, type TestNamespace } from '../../testing/testNamespace.ts'
import { AuditChain } from './chain.ts'
import { Checkpoints, isSigned } from './checkpoints.ts'
import { ClusterCheckpoint } from './clusterCheckpoint.ts'
import { AuditLog, type AuditFact } from './log.ts'

let place: TestNamespace
let folder: string
let console_: Console
beforeAll(async () => (place = await testNamespace('checkpoints')))
afterAll(() => place.stop())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'console-chain-'))
  console_ = opened()
})
afterEach(async () => {
  await console_.close()
  await rm(folder, { recursive: true, force: true })
})

interface Console {
  audit: AuditLog
  checkpoints: Checkpoints
  chain: AuditChain
  write: (count: number) => Promise<void>
  close: () => Promise<void>
}
const log = () => join(folder, 'audit', 'audit.jsonl')
const fact: AuditFact = {
  by: 'maya',
  action: 'pods.delete',
  summary: 'deleted pods',
  cluster: 'sandbox',
  namespace: 'agency-swarm',
  effect: 'destructive',
  outcome: 'done',
  details: {},
}

function opened(): Console {
  const audit = new AuditLog(join(folder, 'audit'))
  const checkpoints = new Checkpoints(join(folder, 'audit'), audit)
  const host = { dataDirectory: folder, user: 'maya' }
  return {
    audit,
    checkpoints,
    chain: new AuditChain({ audit, checkpoints, directory: place.directory, host }),
    write: async (count) => {
      for (let index = 0; index < count; index += 1) await audit.append(fact)
    },
    close: async () => {
      await checkpoints.close()
      await audit.close()
    },
  }
}

/** What a person with a text editor does while the console is closed. */
async function afterwards(change: () => Promise<void>): Promise<Console> {
  await console_.close()
  await change()
  console_ = opened()
  return console_
}
const states = (report: Awaited<ReturnType<AuditChain['verify']>>) => report.checkpoints.map(({ state }) => state)

it('signs the newest entry with a key that only its owner reads, and keeps that in the cluster', async () => {
  await console_.write(3)
  const point = await console_.chain.keep(place.scope)
  expect(point).toMatchObject({ sequence: 3 })
  expect(isSigned(point)).toBe(true)
  expect(isSigned({ ...point, sequence: 2 })).toBe(false)
  expect((await stat(join(folder, 'audit', 'checkpoint-key.json'))).mode & 0o777).toBe(0o600)
  const { name } = new ClusterCheckpoint(place.directory, folder, 'maya')
  const { namespace } = place.scope
  const kept = await getObject(place.connection, { apiVersion: 'v1', kind: 'ConfigMap', namespace, name })
  expect(JSON.parse((kept['data'] as { checkpoint: string }).checkpoint)).toEqual(point)
  const report = await console_.chain.verify([place.scope])
  expect([report.intact, states(report)]).toEqual([true, ['agrees', 'agrees']])
})

it('makes a checkpoint by itself every 50 entries', async () => {
  await console_.write(100)
  await console_.checkpoints.close()
  expect(console_.checkpoints.kept().map(({ sequence }) => sequence)).toEqual([50, 100])
})

it('finds a cut tail, also where the head file was cut with it', async () => {
  await console_.write(6)
  await console_.chain.keep(place.scope)
  const { chain } = await afterwards(async () => {
    const [a, b] = (await readFile(log(), 'utf8')).split('\n')
    await writeFile(log(), `${a}\n${b}\n`)
    for (const name of ['audit.head', 'checkpoints.jsonl', 'checkpoint-key.json']) await rm(join(folder, 'audit', name))
  })
  expect(await chain.verify([])).toMatchObject({ intact: true })
  const report = await chain.verify([place.scope])
  expect(report).toMatchObject({ intact: false, brokenAt: 3, message: expect.stringContaining('3 to 6') as string })
  expect(states(report)).toEqual(['none', 'differs'])
})

it('finds a chain that was rewritten as a whole, with all its hashes', async () => {
  await console_.write(4)
  await console_.chain.keep(place.scope)
  const { chain, write } = await afterwards(async () => {
    await rm(join(folder, 'audit'), { recursive: true })
    const forger = new AuditLog(join(folder, 'audit'))
    for (let index = 0; index < 6; index += 1) await forger.append({ ...fact, by: 'nobody' })
    await forger.close()
  })
  expect(await chain.verify([place.scope])).toMatchObject({
    intact: false,
    brokenAt: 4,
    message: expect.stringContaining('rewritten') as string,
  })
  await write(1)
  await expect(chain.keep(place.scope)).rejects.toMatchObject({ code: 'CONFLICT' })
})

it('finds that the whole folder was deleted', async () => {
  await console_.write(4)
  await console_.chain.keep(place.scope)
  const { chain } = await afterwards(() => rm(join(folder, 'audit'), { recursive: true }))
  const report = await chain.verify([place.scope])
  expect(report).toMatchObject({ intact: false, entries: 0, message: expect.stringContaining('whole log') as string })
  expect(report.checkpoints[1]?.message).toContain('the folder of the audit log was removed or replaced')
})

it('a repair begins a new chain that names what was lost, keeps the broken one, and can be checked again', async () => {
  await console_.write(6)
  await console_.chain.keep(place.scope)
  const { chain, audit, write } = await afterwards(async () => {
    const lines = (await readFile(log(), 'utf8')).split('\n')
    await writeFile(log(), [...lines.slice(0, 3), ''].join('\n'))
  })
  await expect(chain.repair([place.scope])).resolves.toMatchObject({
    intact: true,
    message: expect.stringContaining('entry 7') as string,
  })
  const [first] = await audit.list(1)
  expect(first).toMatchObject({ sequence: 7, action: 'audit.repair', details: { brokenAt: 4 } })
  expect(first?.details['lost']).toBe('Entries 4 to 6 are lost or not to be trusted.')
  const kept = await readFile(join(folder, 'audit', String(first?.details['setAside'])), 'utf8')
  expect(kept.trimEnd().split('\n')).toHaveLength(3)
  await write(2)
  expect(await chain.keep(place.scope)).toMatchObject({ sequence: 9 })
  expect(await chain.verify([place.scope])).toMatchObject({ intact: true, entries: 3 })
  await expect(chain.repair([place.scope])).rejects.toMatchObject({ code: 'BAD_INPUT' })
})

it('says of a place that does not answer that it was not read, and of a forged checkpoint that it is', async () => {
  await console_.write(2)
  const point = await console_.chain.keep(place.scope)
  const inCluster = new ClusterCheckpoint(place.directory, folder, 'maya')
  await inCluster.write(place.scope, { ...point, hash: 'f'.repeat(64) })
  expect(states(await console_.chain.verify([place.scope]))).toEqual(['agrees', 'forged'])
  const absent = await console_.chain.verify([{ ...place.scope, namespace: 'absent-namespace' }])
  expect([absent.intact, states(absent)]).toEqual([true, ['agrees', 'none']])
  const { audit, checkpoints } = console_
  const connection = () => Promise.reject(new ConsoleError('CLUSTER_UNREACHABLE', 'No route.'))
  const host = { dataDirectory: folder, user: 'maya' }
  const cutOff = new AuditChain({ audit, checkpoints, host, directory: { ...place.directory, connection } })
  const unread = await cutOff.verify([place.scope])
  expect(unread.checkpoints[1]).toMatchObject({ state: 'unread', sequence: null, message: 'No route.' })
})
