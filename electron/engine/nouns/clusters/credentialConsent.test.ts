import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { CredentialsQuestion } from '#shared/rpc/host.ts'
import { writeKubeconfig } from '../../testing/kubeconfig.ts'
import { startMisbehavingServer, type MisbehavingServer } from '../../testing/misbehavingServer.ts'
import { looked, rowOf, testConsole, type TestConsole } from './testing/console.ts'

let world: TestConsole
let asked: CredentialsQuestion[]
let plain: MisbehavingServer | undefined
beforeEach(async () => {
  world = await testConsole()
  asked = []
  await mkdir(join(world.host.dataDirectory, 'own'))
  world.kubeconfig = join(world.host.dataDirectory, 'own', 'config')
  process.env.KUBECONFIG = world.kubeconfig
  await writeFile(secret(), 'from elsewhere\n')
})
afterEach(async () => {
  await world.stop()
  await plain?.stop()
  plain = undefined
})

/** A file outside the folder of the kubeconfig. */
const secret = () => join(world.host.dataDirectory, 'secret')
const id = 'context:found'
const use = (user: Record<string, unknown>, server?: string) =>
  writeKubeconfig(world.kubeconfig, world.server, [{ context: 'found', user, ...(server && { server }) }])
const answer = (given: boolean) => {
  world.host.answerCredentials = (question) => {
    asked.push(question)
    return given
  }
}

it('asks before a file outside the folder of the kubeconfig is read, and sends nothing when refused', async () => {
  answer(false)
  await use({ tokenFile: secret() })
  const clusters = await world.start()
  const row = await looked(clusters, id)
  expect(asked).toEqual([{ context: 'found', server: world.server.url, files: [secret()], isPlain: false }])
  expect(row).toMatchObject({
    health: 'unreachable',
    fault: { code: 'FORBIDDEN', details: { consent: 'credentials' } },
  })
  expect(world.server.connections).toBe(0)
  await clusters.check(id)
  const connection = await clusters.connection(id)
  await expect(connection.request('GET', '/version')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect([asked.length, world.server.connections]).toEqual([1, 0])
})

it('remembers a yes for this server and these files, and asks again for others', async () => {
  answer(true)
  await use({ tokenFile: secret() })
  expect(await looked(await world.start(), id)).toMatchObject({ health: 'healthy' })
  expect(world.server.requestsTo('/version')[0]?.headers.authorization).toBe('Bearer from elsewhere')
  await looked(await world.start(), id)
  expect(asked).toHaveLength(1)
  await writeFile(`${secret()}2`, 'another\n')
  await use({ tokenFile: `${secret()}2` })
  await looked(await world.start(), id)
  expect(asked).toHaveLength(2)
  await use({ tokenFile: secret() }, world.server.url.replace('127.0.0.1', 'localhost'))
  await looked(await world.start(), id)
  expect(asked).toHaveLength(3)
})

it('asks nothing about files in the folder of the kubeconfig, nor about what stands in it', async () => {
  answer(false)
  await writeFile(join(world.host.dataDirectory, 'own', 'token'), 'own')
  await use({ tokenFile: 'token' })
  expect(await looked(await world.start(), id)).toMatchObject({ health: 'healthy' })
  await use({ token: 'inline' })
  expect(await looked(await world.start(), id)).toMatchObject({ health: 'healthy' })
  expect(asked).toEqual([])
})

it.each([
  ['a way up', '../secret'],
  ['a link', 'link'],
  ['a hidden folder below', '.ssh/key'],
  ['a file that is not there', '../absent'],
  ['a way through the folder', '../own/../secret'],
])('asks about %s', async (_what, tokenFile) => {
  answer(false)
  const own = join(world.host.dataDirectory, 'own')
  await symlink(secret(), join(own, 'link'))
  await mkdir(join(own, '.ssh'))
  await writeFile(join(own, '.ssh', 'key'), 'key')
  await use({ tokenFile })
  await looked(await world.start(), id)
  expect(asked).toHaveLength(1)
  expect(world.server.connections).toBe(0)
})

it.each([
  ['a token', { token: 'a' }, 1],
  ['a name and a password', { username: 'a', password: 'b' }, 1],
  ['a token of an auth-provider', { 'auth-provider': { name: 'oidc', config: { 'id-token': 'a' } } }, 1],
  ['nothing', {}, 0],
])('asks before %s goes over http', async (_what, user, times) => {
  answer(false)
  plain = await startMisbehavingServer({ plain: true })
  await writeKubeconfig(world.kubeconfig, world.server, [{ context: 'found', user, server: plain.url }])
  await looked(await world.start(), id)
  expect(asked.map(({ isPlain }) => isPlain)).toEqual(Array.from({ length: times }, () => true))
  if (times > 0) expect(plain.connections).toBe(0)
})

it('refuses names that a dialog would cut, without asking', async () => {
  answer(true)
  await use({ tokenFile: `/${'x/'.repeat(1800)}` })
  expect((await looked(await world.start(), id)).fault?.message).toContain('longer than a dialog can show')
  expect(asked).toEqual([])
})

it('is not asked, and sends nothing, while nobody looks', async () => {
  world.isWatched = false
  answer(true)
  await use({ tokenFile: secret() })
  const clusters = await world.start()
  clusters.checks.checkDue()
  expect(rowOf(clusters, id)).toMatchObject({ health: 'unknown' })
  expect([asked.length, world.server.connections]).toEqual([0, 0])
})

it('writes both answers down, with server and files', async () => {
  answer(false)
  await use({ tokenFile: secret() })
  await looked(await world.start(), id)
  answer(true)
  await looked(await world.start(), id)
  const entries = await world.audit.list(10)
  expect(entries.map(({ action, outcome }) => [action, outcome])).toEqual([
    ['clusters.approveCredentials', 'done'],
    ['clusters.approveCredentials', 'refused'],
  ])
  expect(entries[0]?.details).toMatchObject({ context: 'found', server: world.server.url, files: [secret()] })
})
