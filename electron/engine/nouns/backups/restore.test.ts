import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleError } from '#shared/errors.ts'
import { namesOf, restoreBackup, type SuiteServices } from './restore.ts'
import type { Catalogue } from './catalogue.ts'
import { folderCatalogue } from './folderCatalogue.ts'
import { restoreJob, recoverNow, runTask, services, takeNow } from './testing/restoreJob.ts'
import { archiveFile, place, startSuite, temporaryFolder, until, type TestSuite } from './testing/suite.ts'
import { TrialDatabases } from './trials.ts'
import { keepRestore, undoRestore } from './undo.ts'
import { verifyBackup } from './verify.ts'

let suite: TestSuite
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let catalogue: Catalogue

beforeAll(async () => {
  suite = await startSuite()
})
afterAll(() => suite.stop())
beforeEach(async () => {
  folder = await temporaryFolder()
  catalogue = folderCatalogue(folder.path)
  await suite.fill('agency_swarm')
})
afterEach(async () => {
  await folder.remove()
  for (const name of await suite.databases()) {
    if (name !== 'postgres') await suite.query(`DROP DATABASE "${name}" WITH (FORCE)`, 'postgres')
  }
})

const job = (backupId: string, over: { services?: SuiteServices } = {}) =>
  restoreJob({ server: suite.server, dataDirectory: folder.path, backupId, ...over })
const restore = (of: ReturnType<typeof job>) => runTask(folder.path, 'restore', (control) => restoreBackup(of, control))
const agents = async () => Number((await suite.query('SELECT count(*) FROM agents'))[0])

describe('restoreBackup', () => {
  it('brings destroyed data back, and keeps what was there before', async () => {
    const backup = await takeNow(suite.server, catalogue, 'before')
    await suite.query('DELETE FROM agents WHERE id > 10')
    const work = job(backup.id)
    const task = await restore(work)
    expect(task).toMatchObject({ state: 'done', result: { backupId: backup.id } })
    expect(await agents()).toBe(500)
    const { before } = namesOf(work)
    expect(await suite.query('SELECT count(*) FROM agents', before)).toEqual(['10'])
    expect(work.journal.read()?.outcome?.state).toBe('done')
  })

  it('carries settings, rights and comment of the database to the restored one', async () => {
    const facts = () =>
      suite.query(
        `SELECT concat_ws('|', (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) a)::text, shobj_description(oid, 'pg_database'), datallowconn, pg_get_userbyid(datdba),
           (SELECT array_agg(c ORDER BY c)::text FROM pg_db_role_setting s, unnest(setconfig) c WHERE s.setdatabase = d.oid))
         FROM pg_database d WHERE datname = 'agency_swarm'`,
        'postgres',
      )
    const before = await facts()
    expect(before[0]).toContain('search_path=public, pg_catalog')
    const backup = await takeNow(suite.server, catalogue, 'x')
    await restore(job(backup.id))
    expect(await facts()).toEqual(before)
  })

  it('swaps although services keep connecting, and they reach the restored data afterwards', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    await suite.query('DELETE FROM agents WHERE id > 10')
    let isStopped = false
    const pool = Array.from({ length: 4 }, async () => {
      while (!isStopped) await suite.query('SELECT pg_sleep(0.01)').catch(() => undefined)
    })
    const task = await restore(job(backup.id))
    isStopped = true
    await Promise.all(pool)
    expect(task.state).toBe('done')
    expect(await agents()).toBe(500)
  })

  it('takes a safety backup of what is there before anything else', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    await suite.query('DELETE FROM agents WHERE id > 10')
    await restore(job(backup.id))
    const [safety] = await catalogue.list(place, true)
    expect(safety).toMatchObject({ reason: 'safety', state: 'intact' })
    expect(safety?.database.tables.find(({ name }) => name === 'public.agents')?.rows).toBe(10)
  })

  it('goes back to the old database when the services do not become healthy', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    await suite.query('DELETE FROM agents WHERE id > 10')
    const sick = services(1)
    const work = job(backup.id, { services: sick })
    const task = await restore(work)
    expect(task.state).toBe('failed')
    expect(task.fault?.message).toContain('The previous database is live again')
    expect(await agents()).toBe(10)
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
    expect(sick.restarts).toBe(2)
    expect(work.journal.read()?.outcome?.state).toBe('failed')
  })

  it.each([
    ['cut short', (archive: Buffer) => archive.subarray(0, archive.length - 100)],
    ['with one bit flipped', (archive: Buffer) => archive.map((byte, at) => (at === 3000 ? byte ^ 1 : byte))],
  ])('refuses an archive %s, and lists it as damaged', async (_how, damage) => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    const path = archiveFile(folder.path, backup.id)
    await writeFile(path, damage(await readFile(path)))
    const task = await restore(job(backup.id))
    expect(task.fault?.code).toBe('ARCHIVE_DAMAGED')
    expect((await catalogue.list(place, true))[0]?.state).toBe('damaged')
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
  })

  it('refuses a manifest in which one figure was changed', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    const path = archiveFile(folder.path, backup.id).replace('database.dump', 'manifest.json')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('"rows": 500', '"rows": 501'))
    expect((await restore(job(backup.id))).fault?.code).toBe('ARCHIVE_DAMAGED')
    expect((await catalogue.list(place, false))[0]).toMatchObject({ id: backup.id, state: 'damaged' })
  })

  it('calls a backup sound whose record of a verification is damaged, and not verified', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    await writeFile(archiveFile(folder.path, backup.id).replace('database.dump', 'verified.json'), '{"contents":')
    expect((await catalogue.list(place, true))[0]).toMatchObject({ state: 'intact', signedBy: { isThisConsole: true } })
  })

  it('restores what another console signed, and says whose it is', async () => {
    const theirs = await temporaryFolder()
    const backup = await takeNow(suite.server, folderCatalogue(theirs.path), 'x')
    await cp(join(theirs.path, 'backups'), join(folder.path, 'backups'), { recursive: true })
    await rm(join(folder.path, 'backups', 'signing-key.pem'))
    await takeNow(suite.server, catalogue, 'own')
    const [own, other] = await catalogue.list(place, true)
    expect(own?.signedBy).toMatchObject({ isThisConsole: true })
    expect(other).toMatchObject({ id: backup.id, state: 'intact', signedBy: { isThisConsole: false } })
    expect((await restore(job(backup.id))).state).toBe('done')
    await theirs.remove()
  })

  it('leaves the live database alone, and nothing beside it, when it is stopped while restoring', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    await suite.query('DELETE FROM agents WHERE id > 10')
    const work = job(backup.id)
    const task = await runTask(
      folder.path,
      'restore',
      (control) => restoreBackup(work, control),
      (changed, tasks) => {
        const fill = changed.steps.find(({ id }) => id === 'fill')
        if (changed.state === 'running' && fill?.state === 'running') tasks.cancel(changed.id)
      },
    )
    expect(task.state).toBe('cancelled')
    expect(await agents()).toBe(10)
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
  })

  it('cannot be stopped once it has begun to swap', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    const refused: string[] = []
    const task = await runTask(
      folder.path,
      'restore',
      (control) => restoreBackup(job(backup.id), control),
      (changed, tasks) => {
        if (changed.steps.find(({ id }) => id === 'swap')?.state !== 'running') return
        try {
          tasks.cancel(changed.id)
        } catch (error) {
          refused.push((error as Error).message)
        }
      },
    )
    expect(task.state).toBe('done')
    expect(refused[0]).toContain('being swapped')
  })
})

describe('undo and keep', () => {
  it('undo swaps back, and saves what was written since the restore', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    await suite.query('DELETE FROM agents WHERE id > 10')
    const work = job(backup.id)
    await restore(work)
    await suite.query(`INSERT INTO agents (name) VALUES ('written since')`)
    const task = await runTask(folder.path, 'undoRestore', (control) => undoRestore(work, control))
    expect(task.state).toBe('done')
    expect(await agents()).toBe(10)
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
    const [safety] = await catalogue.list(place, true)
    expect(safety?.database.tables.find(({ name }) => name === 'public.agents')?.rows).toBe(501)
    expect(work.journal.read()?.outcome?.state).toBe('undone')
  })

  it('keep drops the previous database, and undo says that it is gone', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    const work = job(backup.id)
    await restore(work)
    await keepRestore(work)
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
    const task = await runTask(folder.path, 'undoRestore', (control) => undoRestore(work, control))
    expect(task.fault?.code).toBe('NOT_FOUND')
    expect(work.journal.read()?.outcome?.state).toBe('kept')
  })
})

describe('recoverRestore', () => {
  it('opens a database that a killed swap left closed', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    const work = job(backup.id)
    const live = await suite.query(`SELECT oid::text FROM pg_database WHERE datname = 'agency_swarm'`, 'postgres')
    work.journal.begin({
      ...place,
      id: work.restoreId,
      backupId: backup.id,
      by: 'maya',
      database: 'agency_swarm',
      oldOid: String(live[0]),
    })
    await suite.query('ALTER DATABASE agency_swarm ALLOW_CONNECTIONS false', 'postgres')
    await recoverNow(folder.path, work)
    expect(await agents()).toBe(500)
    expect(work.journal.read()?.outcome?.state).toBe('interrupted')
  })

  it('gives the old database its name back when no other has it', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    const work = job(backup.id)
    const live = await suite.query(`SELECT oid::text FROM pg_database WHERE datname = 'agency_swarm'`, 'postgres')
    work.journal.begin({
      ...place,
      id: work.restoreId,
      backupId: backup.id,
      by: 'maya',
      database: 'agency_swarm',
      oldOid: String(live[0]),
    })
    await suite.query(`ALTER DATABASE agency_swarm RENAME TO ${namesOf(work).before}`, 'postgres')
    await recoverNow(folder.path, work)
    expect(await agents()).toBe(500)
  })

  it('offers Undo, with the reason, for restored data that is live while the services are not healthy', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    const unhealthy: SuiteServices = {
      ...services(),
      untilHealthy: () => Promise.reject(new ConsoleError('TIMEOUT', 'backend did not become ready.')),
    }
    const work = job(backup.id, { services: unhealthy })
    await suite.query('DELETE FROM agents WHERE id > 10')
    await restore(job(backup.id))
    const [restored] = await suite.query(`SELECT oid::text FROM pg_database WHERE datname = 'agency_swarm'`, 'postgres')
    const [kept] = await suite.query(`SELECT datname FROM pg_database WHERE datname LIKE '%before%'`, 'postgres')
    await suite.query(`ALTER DATABASE "${String(kept)}" RENAME TO ${namesOf(work).before}`, 'postgres')
    const [old] = await suite.query(
      `SELECT oid::text FROM pg_database WHERE datname = '${namesOf(work).before}'`,
      'postgres',
    )
    const about = { ...place, id: work.restoreId, backupId: backup.id, by: 'maya', database: 'agency_swarm' }
    work.journal.begin({ ...about, oldOid: String(old) })
    await work.journal.around(
      'create',
      () => Promise.resolve(String(restored)),
      (newOid) => ({ newOid }),
    )
    await recoverNow(folder.path, work)
    expect(work.journal.read()?.outcome).toMatchObject({
      state: 'done',
      fault: { code: 'TIMEOUT', message: 'backend did not become ready.' },
    })
    const undone = await runTask(folder.path, 'undoRestore', (control) =>
      undoRestore({ ...work, services: services() }, control),
    )
    expect(undone.state).toBe('done')
    expect(await agents()).toBe(10)
  })

  it('says that the state is unknown, with what it found, when the live database is neither of the two', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    const work = job(backup.id)
    work.journal.begin({
      ...place,
      id: work.restoreId,
      backupId: backup.id,
      by: 'maya',
      database: 'agency_swarm',
      oldOid: '1',
    })
    await recoverNow(folder.path, work)
    expect(work.journal.read()?.outcome).toMatchObject({
      state: 'unknown',
      message: expect.stringContaining('agency_swarm') as string,
    })
    expect(await agents()).toBe(500)
  })
})

describe('verifyBackup', () => {
  const verify = (backupId: string) =>
    runTask(folder.path, 'verify', (control) =>
      verifyBackup(
        {
          server: suite.server,
          catalogue,
          suite: place,
          backupId,
          by: 'maya',
          now: Date.now,
          trials: new TrialDatabases(folder.path, place),
        },
        control,
      ),
    )

  it('calls a backup verified after a trial restore gave back what was there', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    await suite.query('DELETE FROM agents')
    const task = await verify(backup.id)
    expect(task).toMatchObject({ state: 'done' })
    const [listed] = await catalogue.list(place, true)
    expect(listed?.state).toBe('verified')
    expect(listed?.verifiedAt).toBeGreaterThan(backup.takenAt)
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
  })

  it('does not when one row came back different', async () => {
    const backup = await takeNow(suite.server, catalogue, 'x')
    const other = await takeNow(suite.server, catalogue, 'other').then(async (made) => {
      // An authentic description of other contents: what a bug in the dump would look like.
      const database = structuredClone(made.database)
      const table = database.tables.find(({ name }) => name === 'public.agents')
      if (table) table.sha256 = '0'.repeat(64)
      const partial = await catalogue.create(place, '20200101T000000000Z-abcd')
      await pipeline(createReadStream(archiveFile(folder.path, backup.id)), partial.openArchive())
      await partial.commit({ ...backup, id: '20200101T000000000Z-abcd', database })
      return '20200101T000000000Z-abcd'
    })
    const task = await verify(other)
    expect(task.fault).toMatchObject({ code: 'VERIFICATION_FAILED' })
    expect(task.fault?.message).toContain('Table public.agents has as many rows, but not the same contents.')
    expect((await catalogue.list(place, true)).at(-1)?.state).toBe('intact')
    await until(async () => (await suite.databases()).length === 2, 'no scratch database is left')
  })
})
