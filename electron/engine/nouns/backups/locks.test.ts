import { afterAll, beforeAll, expect, it } from 'vitest'
import { folderCatalogue } from './folderCatalogue.ts'
import { takeBackup } from './take.ts'
import { place, startSuite, temporaryFolder, type TestSuite } from './testing/suite.ts'

let suite: TestSuite
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  suite = await startSuite()
  await suite.fill('agency_swarm')
  folder = await temporaryFolder()
})
afterAll(async () => {
  await suite.stop()
  await folder.remove()
})

const take = (onDetail: (text: string) => void, lockLimit: number) =>
  takeBackup(suite.server, folderCatalogue(folder.path), {
    suite: place,
    clusterName: 'test',
    by: 'maya',
    reason: '',
    images: {},
    now: Date.now,
    signal: new AbortController().signal,
    lockLimit,
    onBytes: () => undefined,
    onDetail,
  })

it('a backup that waits for a lock names the session that holds it, and stops when that takes too long', async () => {
  const holder = await suite.server.connect('agency_swarm', 'a long migration')
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE agents IN ACCESS EXCLUSIVE MODE')
  const [row] = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const said: string[] = []
  await expect(take((text) => said.push(text), 3_000)).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringContaining(`session ${row?.pid} (a long migration`) as string,
  })
  expect(said.some((text) => text.startsWith(`Waiting for a lock that session ${row?.pid}`))).toBe(true)
  await holder.query('ROLLBACK')
  await holder.close()
  // Nothing is left of it, and the next one succeeds.
  const sessions = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'agency-swarm-console backup%'`
  expect(await suite.query(sessions)).toEqual([])
  expect((await take(() => undefined, 3_000)).format).toBe(2)
}, 60_000)
