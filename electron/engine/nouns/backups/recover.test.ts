import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from './manifest.ts'
import { newRecoveryId } from './names.ts'
import { restoreBackup } from './restore.ts'
import { folderCatalogue } from './folderCatalogue.ts'
import { restoreJob, recoverNow, runTask, takeNow } from './testing/restoreJob.ts'
import { startSuite, temporaryFolder, type TestSuite } from './testing/suite.ts'
import { undoRestore } from './undo.ts'

let suite: TestSuite
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let backup: Manifest

beforeAll(async () => {
  suite = await startSuite()
  folder = await temporaryFolder()
  await suite.fill('agency_swarm')
  backup = await takeNow(suite.server, folderCatalogue(folder.path), 'x')
  await suite.query('DELETE FROM agents WHERE id > 10')
})
afterAll(async () => {
  await suite.stop()
  await folder.remove()
})

interface Death {
  what: 'restore' | 'undo'
  at: string[]
  moment: 'before' | 'after'
  sick?: boolean
  delay?: number
}

/** Runs a console that is killed at that point; fails when it survived. */
async function killedConsole(death: Death, restoreId: string): Promise<void> {
  const child = fileURLToPath(new URL('testing/restoreChild.ts', import.meta.url))
  const order = {
    sick: false,
    ...death,
    server: suite.facts,
    dataDirectory: folder.path,
    backupId: backup.id,
    restoreId,
  }
  const started = spawn(process.execPath, ['--import', 'tsx', child, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const signal = await new Promise((resolve) => started.once('close', (_code, by) => resolve(by)))
  if (signal !== 'SIGKILL') throw new Error(`the console outlived ${death.moment} ${death.at.join(' ')}: ${output}`)
}

const agents = async () => Number((await suite.query('SELECT count(*) FROM agents'))[0])
const closed = () =>
  suite.query('SELECT datname FROM pg_database WHERE NOT datallowconn AND NOT datistemplate', 'postgres')
const job = (restoreId: string) =>
  restoreJob({ server: suite.server, dataDirectory: folder.path, backupId: backup.id, restoreId })

async function expectOld(restoreId: string): Promise<void> {
  expect(await agents()).toBe(10)
  expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
  expect(await closed()).toEqual([])
  expect(['interrupted', 'undone', 'failed']).toContain(job(restoreId).journal.read()?.outcome?.state)
}

/** New, and Undo really is a rename away. */
async function expectNewThenUndo(restoreId: string): Promise<void> {
  expect(await agents()).toBe(500)
  expect(await closed()).toEqual([])
  expect(job(restoreId).journal.read()?.outcome?.state).toBe('done')
  const task = await runTask(folder.path, 'undoRestore', (control) => undoRestore(job(restoreId), control))
  expect(task.state).toBe('done')
  await expectOld(restoreId)
}

/** What the journal line must contain: its event, and its step where it has one. */
const match = (event: string, step: string) => (step === '' ? [event] : [event, `"step":"${step}"`])
const points = (...steps: string[]) =>
  steps.flatMap((step) => [
    ['after', `"intent"`, step] as const,
    ['before', `"done"`, step] as const,
    ['after', `"done"`, step] as const,
  ])

describe('a console killed in the middle of a restore', () => {
  it.each([
    ['after', '"begun"', ''],
    ...points('safety', 'create', 'fill', 'verify'),
    ['after', '"intent"', 'swap'],
  ] as const)('leaves the old data live when it dies %s %s %s', async (moment, event, step) => {
    const restoreId = newRecoveryId(Date.now())
    await killedConsole({ what: 'restore', at: match(event, step), moment }, restoreId)
    await recoverNow(folder.path, job(restoreId))
    await expectOld(restoreId)
  })

  it.each([
    ['before', '"done"', 'swap'],
    ['after', '"done"', 'swap'],
    ...points('restart', 'health'),
    ['before', '"state":"done"', ''],
    ['after', '"state":"done"', ''],
  ] as const)('leaves the restored data live, with Undo, when it dies %s %s %s', async (moment, event, step) => {
    const restoreId = newRecoveryId(Date.now())
    await killedConsole({ what: 'restore', at: match(event, step), moment }, restoreId)
    await recoverNow(folder.path, job(restoreId))
    await expectNewThenUndo(restoreId)
  })

  it.each([
    ['after', '"intent"', 'swapBack'],
    ['before', '"done"', 'swapBack'],
    ['after', '"done"', 'swapBack'],
  ] as const)(
    'while it goes back from sick services leaves one of the two when it dies %s %s %s',
    async (moment, event, step) => {
      const restoreId = newRecoveryId(Date.now())
      await killedConsole({ what: 'restore', at: match(event, step), moment, sick: true }, restoreId)
      await recoverNow(folder.path, job(restoreId))
      if (event === '"intent"') await expectNewThenUndo(restoreId)
      else await expectOld(restoreId)
    },
  )
})

describe('a console killed while the server swaps', () => {
  it.each([0, 1, 2, 4, 8, 20])('leaves one of the two, open, %s ms after it asked for the swap', async (delay) => {
    const restoreId = newRecoveryId(Date.now())
    // Somebody holds a connection, so that the swap has something to end and to wait for.
    const holder = await suite.server.connect('agency_swarm', 'holder')
    await killedConsole({ what: 'restore', at: ['never'], moment: 'after', delay }, restoreId)
    await recoverNow(folder.path, job(restoreId))
    await holder.close()
    if ((await agents()) === 10) await expectOld(restoreId)
    else await expectNewThenUndo(restoreId)
  })
})

describe('a console killed in the middle of an undo', () => {
  it.each([
    ['after', '"intent"', 'undoSwap'],
    ['before', '"done"', 'undoSwap'],
    ['after', '"done"', 'undoSwap'],
    ['before', '"state":"undone"', ''],
  ] as const)('leaves one of the two when it dies %s %s %s', async (moment, event, step) => {
    const restoreId = newRecoveryId(Date.now())
    await runTask(folder.path, 'restore', (control) => restoreBackup(job(restoreId), control))
    await killedConsole({ what: 'undo', at: match(event, step), moment }, restoreId)
    await recoverNow(folder.path, job(restoreId))
    if (event === '"intent"') await expectNewThenUndo(restoreId)
    else await expectOld(restoreId)
  })
})
