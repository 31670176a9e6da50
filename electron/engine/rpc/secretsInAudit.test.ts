import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { testEngine, type TestEngine } from '../testing/testEngine.ts'
import { workloadSpec } from '../testing/testNamespace.ts'

let whole: TestEngine

beforeAll(async () => {
  whole = await testEngine('audited')
  const { place } = whole
  await place.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, stringData: { A: 'first-value' } })
  await place.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } })
  await place.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: workloadSpec('web', 1),
  })
})
afterAll(() => whole.stop())

/** Everything the engine has written to its data directory. */
async function written(): Promise<string> {
  const files = await readdir(whole.host.dataDirectory, { recursive: true, withFileTypes: true })
  const texts = files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

it('no value of a Secret, no token and no variable is written down; who touched which is', async () => {
  const { client, scope } = whole
  // The role there is learnt from the first answer; before that every change is refused.
  await client.clusters.check({ context: scope.context })
  const object = { ...scope, kind: 'Secret' as const, name: 'keys' }
  const { resourceVersion } = await client.configuration.detail(object)
  const edit = { of: 'keys' as const, set: { A: 'second-value', B: 'third-value' }, remove: [] }
  await client.configuration.change({ ...object, edit, resourceVersion, confirmation: {} })
  const failing = client.configuration.change({ ...object, edit, resourceVersion, confirmation: {} })
  await expect(failing).rejects.toMatchObject({ code: 'CONFLICT' })
  const yaml = { of: 'spec' as const, yaml: 'A: fourth-value' }
  const refused = client.configuration.change({ ...object, edit: yaml, resourceVersion, confirmation: {} })
  await expect(refused).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.not.stringContaining('fourth') as string,
  })
  expect(await client.configuration.reveal({ ...scope, name: 'keys', key: 'A' })).toMatchObject({
    value: 'second-value',
  })
  const { token } = await client.accounts.createToken({ ...scope, name: 'robot', seconds: 600, confirmation: {} })
  const set = [{ name: 'PLAIN', value: 'fifth-value' }]
  const change = { do: 'setEnvironment' as const, container: 'app', set, remove: [] }
  await client.rollouts.change({ ...scope, kind: 'Deployment', name: 'web', change, confirmation: {} })

  // The rollout is a task: its end is its outcome.
  const ends = async () =>
    (await client.audit.list({ limit: 50 })).filter(
      ({ action, outcome }) => action === 'rollouts.change' && outcome !== 'started',
    )
  await expect.poll(ends, { timeout: 50_000 }).toHaveLength(1)
  const all = await written()
  for (const secret of ['first-value', 'second-value', 'third-value', 'fourth-value', 'fifth-value', token]) {
    expect(all).not.toContain(secret)
    expect(all).not.toContain(Buffer.from(secret).toString('base64'))
  }
  const entries = await client.audit.list({ limit: 50 })
  const done = entries.filter(({ outcome }) => outcome === 'done').map(({ action, details }) => ({ action, details }))
  expect(done).toContainEqual({
    action: 'configuration.change',
    details: expect.objectContaining({ edit: { ...edit, set: { A: '[redacted]', B: '[redacted]' } } }) as object,
  })
  expect(done).toContainEqual({
    action: 'configuration.reveal',
    details: { name: 'keys', key: 'A', started: expect.any(Number) as number },
  })
  expect(done.map(({ action }) => action)).toEqual(expect.arrayContaining(['accounts.createToken', 'rollouts.change']))
})
