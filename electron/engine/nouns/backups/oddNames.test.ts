import { afterAll, beforeAll, expect, it } from 'vitest'
import { folderCatalogue } from './folderCatalogue.ts'
import { restoreBackup } from './restore.ts'
import { localServer } from './testing/localServer.ts'
import { restoreJob, runTask, takeNow } from './testing/restoreJob.ts'
import { startSuite, temporaryFolder, type TestSuite } from './testing/suite.ts'

let suite: TestSuite
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  suite = await startSuite()
  folder = await temporaryFolder()
})
afterAll(async () => {
  await suite.stop()
  await folder.remove()
})

it.each(['host=nowhere port=1', 'postgresql://nowhere/x', `it's "odd"\\`, '-d', ' ', '$(id)', 'Größe %s'])(
  'backs up and restores a database called %s',
  async (database) => {
    await suite.query(`CREATE DATABASE "${database.replaceAll('"', '""')}"`, 'postgres')
    await suite.query('CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 5)', database)
    const server = localServer({ ...suite.facts, database })
    const { id: backupId } = await takeNow(server, folderCatalogue(folder.path), 'odd name')
    await suite.query('DELETE FROM kept', database)
    const job = restoreJob({ server, dataDirectory: folder.path, backupId })
    const task = await runTask(folder.path, 'restore', (control) => restoreBackup(job, control))
    expect(task.fault).toBeUndefined()
    expect(await suite.query('SELECT count(*)::int FROM kept', database)).toEqual([5])
  },
)
