import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createWriteStream } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DatabaseServer } from '../../ports/databaseServer.ts'
import type { Catalogue } from './catalogue.ts'
import { folderCatalogue } from './folderCatalogue.ts'
import { takeBackup } from './take.ts'
import { smallDisk } from './testing/smallDisk.ts'
import { archiveFile, place, startSuite, temporaryFolder, until, type TestSuite } from './testing/suite.ts'

let suite: TestSuite
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let catalogue: Catalogue

beforeAll(async () => {
  suite = await startSuite()
  await suite.fill('agency_swarm')
})
afterAll(() => suite.stop())
beforeEach(async () => {
  folder = await temporaryFolder()
  catalogue = folderCatalogue(folder.path)
})
afterEach(() => folder.remove())

const take = (over: Partial<Parameters<typeof takeBackup>[2]> = {}, server: DatabaseServer = suite.server) =>
  takeBackup(server, catalogue, {
    suite: place,
    clusterName: 'test',
    by: 'maya',
    reason: 'test',
    images: { backend: 'backend:1' },
    now: Date.now,
    signal: new AbortController().signal,
    onBytes: () => undefined,
    onDetail: () => undefined,
    ...over,
  })

const ourSessions = () =>
  suite.query(
    `SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'agency-swarm-console backup%'`,
    'postgres',
  )

async function ourTools(): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (id: string, file: string) => readFile(join('/proc', id, file), 'utf8').catch(() => '')
  const found = await Promise.all(
    ids.map(async (id) => ((await read(id, 'cmdline')).startsWith('pg_dump') ? read(id, 'environ') : '')),
  )
  return found.filter((variables) => variables.split('\0').includes(`PGPORT=${suite.facts.port}`))
}

describe('takeBackup', () => {
  it('describes what is in the archive: rows, hashes, sequences, extensions, versions and the newest migration', async () => {
    const manifest = await take()
    const { database } = manifest
    expect(database.tables.map(({ name, rows }) => `${name} ${rows}`)).toEqual([
      'public.Odd "name 2',
      'public.agents 500',
      'public.archon_migrations 2',
      'public.empty_table 0',
      'public.tasks 500',
    ])
    expect(database.extensions.map(({ name }) => name)).toEqual(['plpgsql', 'vector'])
    expect(database.sequences).toContainEqual({ name: 'public.tasks_id_seq', value: '500', until: '500' })
    expect(database.sequences).toContainEqual({ name: 'public.never_used', value: '95', until: '95' })
    expect(database.schemaVersion).toBe('0002-audit')
    expect(database.serverVersion).toMatch(/^\d+\.\d+/)
    expect(database.dumpVersion).toBe(database.serverVersion)
    expect(manifest.members[0]?.bytes).toBeGreaterThan(1000)
  })

  it('writes an archive that pg_restore can read, listed as intact', async () => {
    const manifest = await take()
    const archive = await readFile(archiveFile(folder.path, manifest.id))
    expect(archive.subarray(0, 5).toString()).toBe('PGDMP')
    expect(archive.length).toBe(manifest.members[0]?.bytes)
    expect((await catalogue.list(place, true)).map(({ id, state }) => [id, state])).toEqual([[manifest.id, 'intact']])
  })

  it('counts in the snapshot of the dump while rows are being written', async () => {
    let isStopped = false
    const writer = (async () => {
      while (!isStopped) await suite.query(`INSERT INTO agents (name) VALUES (gen_random_uuid()::text)`)
    })()
    const manifest = await take()
    isStopped = true
    await writer
    const rows = manifest.database.tables.find(({ name }) => name === 'public.agents')?.rows
    const { stdout } = await (await import('node:util')).promisify((await import('node:child_process')).execFile)(
      join(suite.facts.binaries, 'pg_restore'),
      ['--data-only', '--table=agents', '-f', '-', archiveFile(folder.path, manifest.id)],
      { maxBuffer: 1e9 },
    )
    const lines = stdout.split('\n')
    const copied = lines.indexOf('\\.') - lines.findIndex((line) => line.startsWith('COPY')) - 1
    expect(copied).toBe(rows)
    await suite.query(`DELETE FROM agents WHERE tier IS NULL`)
  })

  it('leaves no file, process, session or transaction behind when it is stopped', async () => {
    await suite.query(`CREATE TABLE big AS SELECT n, repeat(md5(n::text), 20) AS t FROM generate_series(1, 150000) n`)
    try {
      const abort = new AbortController()
      const stopped = new Error('stopped')
      const taking = take({ signal: abort.signal, onBytes: () => abort.abort(stopped) })
      await expect(taking).rejects.toBe(stopped)
      expect(await readdir(catalogue.describe(place))).toEqual([])
      await until(async () => (await ourSessions()).length === 0, 'no session of the backup')
      await until(async () => (await ourTools()).length === 0, 'no pg_dump')
    } finally {
      await suite.query('DROP TABLE big')
    }
  })

  it('ends pg_dump when the console is gone, because stdin ends', async () => {
    await suite.query('BEGIN; CREATE TABLE locked (id int); COMMIT')
    const holder = await suite.server.connect('agency_swarm', 'holder')
    await holder.query('BEGIN')
    await holder.query('LOCK TABLE locked IN ACCESS EXCLUSIVE MODE')
    const { dumpScript } = await import('./scripts.ts')
    const session = await suite.server.connect('agency_swarm', 'snapshot')
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    const [row] = await session.query<{ id: string }>('SELECT pg_export_snapshot() AS id')
    const run = await suite.server.runTool(dumpScript, ['agency_swarm', row?.id ?? '', 'orphan', 'mark'])
    run.stdout.resume()
    await until(async () => (await ourTools()).length === 1, 'pg_dump waits for the lock')
    run.stdin.destroy()
    await until(async () => (await ourTools()).length === 0, 'pg_dump has ended')
    await run.finished
    await holder.close()
    await session.close()
    await suite.query('DROP TABLE locked')
  })

  it('fails when the tail of the stream is lost, even though it ended in good order', async () => {
    const { PassThrough } = await import('node:stream')
    const cut: DatabaseServer = {
      ...suite.server,
      runTool: async (script, parameters, signal) => {
        const run = await suite.server.runTool(script, parameters, signal)
        const stdout = new PassThrough()
        let passed = 0
        run.stdout.on('data', (chunk: Buffer) => {
          stdout.write(chunk.subarray(0, Math.max(0, 5000 - passed)))
          passed += chunk.length
        })
        run.stdout.on('end', () => stdout.end())
        return { ...run, stdout, finished: Promise.resolve({ exitCode: 0, errors: '' }) }
      },
    }
    await expect(take({}, cut)).rejects.toMatchObject({ code: 'STREAM_BROKEN' })
    expect(await catalogue.list(place, true)).toEqual([])
    expect(await readdir(catalogue.describe(place))).toEqual([])
  })

  it('fails with the words of pg_dump when pg_dump fails', async () => {
    const failing: DatabaseServer = {
      ...suite.server,
      runTool: (script, [, ...rest], signal) => suite.server.runTool(script, ['no_such_database', ...rest], signal),
    }
    await expect(take({}, failing)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      details: { errors: expect.stringContaining('no_such_database') as string },
    })
    expect(await readdir(catalogue.describe(place))).toEqual([])
  })

  it('raises the alarm when a table has lost all its rows since the backup before', async () => {
    const first = await take()
    await suite.query('BEGIN; CREATE TABLE kept AS SELECT * FROM tasks; DELETE FROM tasks; COMMIT')
    try {
      const second = await take()
      expect(first.emptied).toEqual([])
      expect(second.emptied).toEqual(['public.tasks'])
      const [listed] = await catalogue.list(place, true)
      expect(listed?.fault?.message).toContain('public.tasks')
    } finally {
      await suite.query('BEGIN; INSERT INTO tasks SELECT * FROM kept; DROP TABLE kept; COMMIT')
    }
  })

  it('ends with DISK_FULL and leaves the earlier backups alone when the disk is full', async () => {
    const disk = await smallDisk(512)
    try {
      // Where no file system may be mounted, the kernel's own full device stands for it.
      const small = disk ? folderCatalogue(disk.path) : catalogue
      catalogue = small
      const earlier = await take()
      await suite.query(
        `CREATE TABLE big AS SELECT gen_random_uuid() AS a, gen_random_uuid() AS b FROM generate_series(1, 40000)`,
      )
      if (!disk) fillWithFullDevice(small)
      await expect(take()).rejects.toMatchObject({ code: 'DISK_FULL' })
      expect(await readdir(small.describe(place))).toEqual([earlier.id])
      expect((await small.list(place, true)).map(({ id, state }) => [id, state])).toEqual([[earlier.id, 'intact']])
      await until(async () => (await ourSessions()).length === 0, 'no session of the backup')
      await until(async () => (await ourTools()).length === 0, 'no pg_dump')
    } finally {
      await suite.query('DROP TABLE IF EXISTS big')
      await disk?.remove()
    }
  })

  it('is never listed while it is being written, and what a killed console left is swept', async () => {
    const seen: number[] = []
    await take({ onBytes: () => void catalogue.list(place, false).then((all) => seen.push(all.length)) })
    expect(Math.max(0, ...seen)).toBeLessThanOrEqual(1)
    const stale = await catalogue.create(place, '20200101T000000000Z-abcd')
    await new Promise((resolve) => stale.openArchive().end('half', () => resolve(undefined)))
    const other = folderCatalogue(folder.path)
    expect((await other.list(place, true)).map(({ id }) => id)).not.toContain('20200101T000000000Z-abcd')
    expect(await other.sweep(place)).toBe(1)
  })
})

/** Makes the catalogue write its next archive to /dev/full, which answers every write with ENOSPC. */
function fillWithFullDevice(small: Catalogue): void {
  const create = small.create.bind(small)
  small.create = async (where, id) => ({
    ...(await create(where, id)),
    openArchive: () => createWriteStream('/dev/full'),
  })
}
