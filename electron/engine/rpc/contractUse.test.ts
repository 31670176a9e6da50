import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { allPoints, notedPoints } from '../testing/contractUse.ts'
import { testEngine, type TestEngine } from '../testing/testEngine.ts'
import { idleContainer } from '../testing/testNamespace.ts'
import { neverInThisRun } from './neverInThisRun.ts'

// Runs after all other tests of the engine (vitest.config.ts): whoever talks to a whole engine through its client has noted what it fills.
let whole: TestEngine

beforeAll(async () => {
  whole = await testEngine('use')
  const spec = { terminationGracePeriodSeconds: 1, containers: [idleContainer] }
  await whole.place.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box' }, spec })
})
afterAll(() => whole.stop())

const patience = () => ({ signal: AbortSignal.timeout(120_000) })

it('looks at a cluster until it is known, at a pod, and into it until its shell ends', async () => {
  const { client, scope } = whole
  await client.app.updateSettings({ timeZone: 'utc' })
  for await (const { context } of await client.clusters.checks({ contexts: [scope.context] }, patience())) {
    if (context === scope.context) break
  }
  for await (const { contexts } of await client.clusters.watch(undefined, patience())) {
    if (contexts.some(({ id, lookedAt }) => id === scope.context && lookedAt !== undefined)) break
  }
  for await (const { upserted } of await client.pods.watch(scope, patience())) {
    if (upserted.some(({ name, health }) => name === 'box' && health === 'healthy')) break
  }
  const streamId = 'shell-of-use'
  const opening = { ...scope, streamId, pod: 'box', columns: 80, rows: 24 }
  for await (const output of await client.terminals.shell(opening, patience())) {
    if (output.type === 'opened') await client.terminals.input({ streamId, data: 'exit 3\r' })
  }
})

it('every optional field and value of the contract is filled by a run, or stands in the list with its reason', () => {
  const noted = notedPoints()
  const listed = new Set(Object.values(neverInThisRun).flat())
  const never = [...allPoints.names].filter((point) => !noted.has(point))
  console.log(`Filled by no run of an engine:\n${never.map((point) => `  ${point}`).join('\n')}`)
  expect(never.filter((point) => !listed.has(point))).toEqual([])
  expect([...listed].filter((point) => !allPoints.names.has(point))).toEqual([])
})

it('what stands in the list is written somewhere in the engine', async () => {
  const root = join(import.meta.dirname, '..')
  const files = await readdir(root, { recursive: true })
  const sources = files.filter((file) => /\.ts$/.test(file) && !/\.test\.ts$|testing|neverInThisRun/.test(file))
  const text = sources.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
  const isWritten = (point: string) => {
    const value = /=(.+)$/.exec(point)?.[1]
    const field = /(\w+)\?$/.exec(point)?.[1]
    return value === undefined ? new RegExp(`\\b${field}\\b`).test(text) : text.includes(`'${value}'`)
  }
  const points = Object.values(neverInThisRun).flat()
  expect(points.filter((point) => !isWritten(point))).toEqual([])
})
