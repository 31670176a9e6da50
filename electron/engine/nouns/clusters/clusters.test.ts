import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { temporaryState } from '#shared/testing/cluster.ts'
import { writeKubeconfig } from '../../testing/kubeconfig.ts'
import { until } from '../../testing/until.ts'
import type { Clusters } from './clusters.ts'
import { looked, rowOf, testConsole, type TestConsole } from './testing/console.ts'

let world: TestConsole
beforeEach(async () => {
  world = await testConsole()
})
afterEach(() => world.stop())

const user = { token: 'abc' }
const write = (...entries: Parameters<typeof writeKubeconfig>[2]) =>
  writeKubeconfig(world.kubeconfig, world.server, entries)
const names = (clusters: Clusters) => clusters.list().contexts.map(({ name }) => name)

it('keeps the connection of a context that did not change when its file did, and closes the one that did', async () => {
  await write({ context: 'kept', user }, { context: 'changed', user }, { context: 'removed', user })
  const clusters = await world.start()
  const checkedAt = (await looked(clusters, 'context:kept')).checkedAt
  const [kept, changed, removed] = await Promise.all(
    ['kept', 'changed', 'removed'].map((name) => clusters.connection(`context:${name}`)),
  )
  await write({ context: 'kept', user }, { context: 'changed', user: { token: 'xyz' } }, { context: 'added', user })
  clusters.reload()
  expect(names(clusters)).toEqual(expect.arrayContaining(['kept', 'changed', 'added']))
  expect(names(clusters)).not.toContain('removed')
  expect(await clusters.connection('context:kept')).toBe(kept)
  expect(rowOf(clusters, 'context:kept').checkedAt).toBe(checkedAt)
  expect(await clusters.connection('context:changed')).not.toBe(changed)
  await expect(changed?.request('GET', '/version')).rejects.toMatchObject({ code: 'CANCELLED' })
  await expect(removed?.request('GET', '/version')).rejects.toMatchObject({ code: 'CANCELLED' })
  await expect(clusters.connection('context:removed')).rejects.toMatchObject({ code: 'NO_CLUSTER' })
  expect(await kept?.request('GET', '/version')).toMatchObject({ gitVersion: 'v1.35.0' })
})

it('hands out one connection to everyone who asks at once', async () => {
  await write({ context: 'kept', user })
  const clusters = await world.start()
  const connections = await Promise.all([1, 2, 3].map(() => clusters.connection('context:kept')))
  expect(new Set(connections).size).toBe(1)
})

it('sees by itself that a file was replaced, and never writes it', async () => {
  await write({ context: 'first', user })
  const clusters = await world.start()
  await looked(clusters, 'context:first')
  await write({ context: 'second', user })
  const text = await readFile(world.kubeconfig, 'utf8')
  await looked(clusters, 'context:second')
  expect(names(clusters)).not.toContain('first')
  expect(await readFile(world.kubeconfig, 'utf8')).toBe(text)
})

it('reads files that are added in the settings, and keeps the others when one is broken', async () => {
  await write({ context: 'own', user })
  const clusters = await world.start()
  const [added, broken] = ['added', 'broken'].map((name) => join(world.host.dataDirectory, name))
  await writeKubeconfig(added ?? '', world.server, [{ context: 'theirs', user }])
  await writeFile(broken ?? '', 'contexts: [unclosed\n')
  await world.settings.update({ kubeconfigFiles: [added ?? '', broken ?? ''] })
  expect(names(clusters)).toEqual(expect.arrayContaining(['own', 'theirs']))
  expect(clusters.list().problems).toMatchObject([{ path: broken }])
})

it('guesses environments with care, and keeps what the person says across restarts', async () => {
  await write({ context: 'prod-eu-1', user }, { context: 'kind-dev', user, server: 'https://127.0.0.1:9' })
  const clusters = await world.start()
  expect(clusters.facts('context:prod-eu-1').environment).toBe('production')
  expect(clusters.facts('context:kind-dev').environment).toBe('other')
  await clusters.setEnvironment('context:kind-dev', 'production')
  await expect(clusters.setEnvironment('context:gone', 'other')).rejects.toMatchObject({ code: 'NO_CLUSTER' })
  const restarted = await world.start()
  expect(restarted.facts('context:kind-dev').environment).toBe('production')
  expect(restarted.list().clusters.map(({ environment }) => environment)).toEqual([
    'production',
    'production',
    'sandbox',
  ])
})

it('keeps what is known of a cluster that went away, with the reason', async () => {
  await write({ context: 'own', user })
  const clusters = await world.start()
  await looked(clusters, 'context:own')
  world.server.on('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', (_request, _response, socket) => {
    socket.destroy()
  })
  await clusters.check('context:own')
  const row = rowOf(clusters, 'context:own')
  expect(row).toMatchObject({ health: 'unreachable', version: 'v1.35.0', role: 'administrator' })
  expect(row.fault?.message).not.toBe('')
})

it('shows the sandbox as stopped, starting, running and stopped again, and brings back one that ran', async () => {
  const state = await temporaryState()
  process.env.CONSOLE_SANDBOX_STATE = state
  try {
    const clusters = await world.start()
    const healths: string[] = []
    clusters.changes.on(({ contexts: rows }) => healths.push(rows.find(({ id }) => id === 'sandbox')?.health ?? ''))
    expect(rowOf(clusters, 'sandbox')).toMatchObject({ health: 'stopped', source: 'built in', server: '' })
    await expect(clusters.connection('sandbox')).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
    await clusters.startSandbox()
    expect(healths).toContain('starting')
    await until(() => rowOf(clusters, 'sandbox').health === 'healthy', 'the first look at the sandbox')
    expect(rowOf(clusters, 'sandbox')).toMatchObject({
      health: 'healthy',
      environment: 'sandbox',
      role: 'administrator',
    })
    // Its restricted user is a context of its own, and in the sandbox too.
    const others = clusters.list().contexts.filter(({ id }) => id !== 'sandbox')
    expect(others.map(({ environment, source }) => [environment, source])).toEqual([['sandbox', 'built in']])
    const restarted = await world.start()
    await until(() => rowOf(restarted, 'sandbox').health === 'healthy', 'the sandbox to come back')
    await restarted.sandbox.stop()
    expect(rowOf(restarted, 'sandbox')).toMatchObject({ health: 'stopped' })
    const stopped = await world.start()
    expect(rowOf(stopped, 'sandbox').health).toBe('stopped')
  } finally {
    delete process.env.CONSOLE_SANDBOX_STATE
    await rm(state, { recursive: true, force: true })
  }
})
