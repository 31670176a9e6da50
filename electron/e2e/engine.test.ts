import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './app.ts'
import { kubectl, removeNamespace, sql, uniqueNamespace } from './kubectl.ts'
import { lockTable } from './lockTable.ts'
import { openApp, type OpenApp } from './openApp.ts'
import {
  backups,
  clusterTime,
  confirm,
  deploymentDone,
  dialog,
  fleetRow,
  main,
  marked,
  openContext,
  rail,
  runningStep,
  startDeployment,
  takeBackup,
} from './window.ts'

// The engine is killed where it hurts most; each test stands on what the one before it left.
test.describe.configure({ mode: 'serial' })

const namespace = uniqueNamespace('engine')
const knowledge = 'select count(*) from archon_agent_knowledge'
let app: OpenApp

// Not by its role: behind an open dialog everything is hidden from roles.
const lost = () => app.page.locator('[role="alert"]').filter({ hasText: "The console's engine stopped" })

/** Kills the engine as the system would, at once or at the given moment, and waits until the window has noticed. */
async function killEngine(moment?: () => Promise<void>): Promise<void> {
  const pid = await app.enginePid()
  await moment?.()
  const seen = lost().filter({ hasText: 'Your clusters keep running.' }).waitFor()
  process.kill(pid, 'SIGKILL')
  await seen
}

/** The window has a new engine, without anybody's doing. */
async function reconnected(): Promise<void> {
  await expect(lost()).toBeHidden({ timeout: 60_000 })
}

test.beforeAll(async ({ cluster }) => {
  app = await openApp(cluster, { contexts: [{ name: 'e2e', namespace }] })
  await openContext(app.page, 'e2e')
})

test.afterAll(async ({ cluster }) => {
  try {
    await app.close()
  } finally {
    await removeNamespace(cluster, namespace)
  }
})

test('a killed engine is announced, started again, and the window fills by itself', async () => {
  const before = await app.enginePid()
  await killEngine()
  await reconnected()
  expect(await app.enginePid()).not.toBe(before)
  await rail(app.page, 'Fleet').click()
  await expect(fleetRow(app.page, 'e2e')).toContainText(/healthy/i, { timeout: 60_000 })
})

test('an engine that keeps dying is given up with a reason, and can be started by hand', async () => {
  const { page } = app
  const again = page.getByRole('button', { name: 'Start it again' })
  const tried = new Set<number>()
  await expect(async () => {
    if (await again.isVisible()) return
    const pid = await app.enginePid()
    expect(tried).not.toContain(pid)
    process.kill(pid, 'SIGKILL')
    tried.add(pid)
    await expect(again).toBeVisible({ timeout: 100 })
  }).toPass({ intervals: [100], timeout: 90_000 })
  // The sixth death within five minutes, with the one of the test before.
  expect(tried.size).toBe(5)
  await expect(lost()).toContainText(/6 times within five minutes, so it is not started again automatically/)
  await again.click()
  await reconnected()
  await openContext(page, 'e2e')
})

test('a deployment whose engine died is offered for resuming, and is finished', async () => {
  const { page } = app
  await startDeployment(page)
  await runningStep(page, /Waiting|ready|pods/i)
    .filter({ hasText: /postgresql/ })
    .waitFor({ timeout: 60_000 })
  await killEngine()
  await reconnected()
  const resume = page.getByRole('button', { name: 'Resume…' })
  await expect(resume).toBeEnabled({ timeout: 60_000 })
  await expect(main(page).getByRole('region', { name: 'Stopped at Storage and database' })).toBeVisible()
  await resume.click()
  await confirm(page, /^Resume/)
  await deploymentDone(page)
})

test('a backup whose engine died leaves no partial, no session, and no entry in the list', async ({ cluster }) => {
  const { page } = app
  await rail(page, 'Backups').click()
  await expect(page.getByText('No backups of e2e yet')).toBeVisible()
  const lock = await lockTable(cluster, namespace, 'archon_agent_knowledge')
  try {
    await page.getByTestId('backup-now').getByRole('button').click()
    await expect.poll(() => sessions(cluster, 'backup'), { timeout: 60_000 }).toBeGreaterThan(1)
    await killEngine()
  } finally {
    await lock.release()
  }
  await reconnected()
  await expect(page.getByText('No backups of e2e yet')).toBeVisible()
  await expect.poll(() => sessions(cluster, 'backup'), { timeout: 60_000 }).toBe(0)
  await takeBackup(page)
  await expect(backups(page)).toHaveCount(1)
  const files = await readdir(join(app.dataDirectory, 'backups'), { recursive: true })
  expect(files.filter((name) => name.endsWith('.partial'))).toEqual([])
})

test('a restore whose engine died before the swap leaves the live data, and the window says so', async ({
  cluster,
}) => {
  const { page } = app
  const saved = await sql(cluster, namespace, knowledge)
  await sql(cluster, namespace, 'delete from archon_agent_knowledge')
  await startRestore()
  await killEngine(fillingNewDatabase)
  await reconnected()
  await expect(dialog(page)).toContainText('The console ended during')
  await page.keyboard.press('Escape')
  await expect(
    main(page)
      .getByText(/interrupted/)
      .first(),
  ).toBeVisible({ timeout: clusterTime })
  await recover(/The live data never changed; start the restore again/)
  expect(Number(saved)).toBeGreaterThan(0)
  expect(await sql(cluster, namespace, knowledge)).toBe('0')
  expect(await databases(cluster)).toEqual(['agency_swarm'])
})

test('a restore whose engine died after the swap is finished on request, the window says so, and Undo works', async ({
  cluster,
}) => {
  const { page } = app
  await startRestore()
  // The step after the swap that lasts: restarting is over too soon to be caught in the window.
  await runningStep(page, /Health check/).waitFor({ timeout: 120_000 })
  await killEngine()
  await reconnected()
  await expect(dialog(page)).toContainText('The console ended during')
  await page.keyboard.press('Escape')
  await recover(/The console ended after the swap/)
  await expect(main(page).getByText(/^Restored /)).toBeVisible({ timeout: clusterTime })
  expect(Number(await sql(cluster, namespace, knowledge))).toBeGreaterThan(0)
  await expect(marked(page, 'undo-restore')).toBeEnabled({ timeout: clusterTime })
  await marked(page, 'undo-restore').click()
  await confirm(page, /^Undo the restore/)
  await expect(dialog(page).getByText('The previous data is live again.')).toBeVisible({ timeout: clusterTime })
  expect(await sql(cluster, namespace, knowledge)).toBe('0')
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()
})

test('after all of it the audit chain is intact and the suite is healthy', async ({ cluster }) => {
  const { page } = app
  await rail(page, 'Security').click()
  await expect(page.getByText(/Chain intact/)).toBeVisible()
  await kubectl(cluster, [
    '-n',
    namespace,
    'wait',
    'deployment',
    '--all',
    '--for=condition=Available',
    '--timeout=120s',
  ])
})

/** The restore's journal says so; the step is too short to be caught in the window. */
async function fillingNewDatabase(): Promise<void> {
  const folder = join(app.dataDirectory, 'restores')
  await expect(async () => {
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jsonl'))
    const journals = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    expect(journals.some((journal) => journal.includes('"step":"fill"'))).toBe(true)
  }).toPass({ intervals: [5], timeout: 120_000 })
}

/** Sessions of one kind of work that the database server still has. */
async function sessions(cluster: Parameters<typeof sql>[0], purpose: string): Promise<number> {
  const query = `select count(*) from pg_stat_activity where application_name like 'agency-swarm-console ${purpose}%'`
  return Number(await sql(cluster, namespace, query))
}

async function databases(cluster: Parameters<typeof sql>[0]): Promise<string[]> {
  const query = "select datname from pg_database where datname like 'agency_swarm%' order by 1"
  return (await sql(cluster, namespace, query)).split('\n')
}

/** Opens the newest backup's restore from the Backups page and confirms it. */
async function startRestore(): Promise<void> {
  const { page } = app
  await rail(page, 'Backups').click()
  await backups(page).last().click()
  await marked(page, 'restore-open').click()
  await expect(dialog(page).getByText('archon_agent_knowledge')).toBeVisible({ timeout: 60_000 })
  await marked(page, 'restore-confirm').click()
}

/** Recovering changes the database, so it waits for a person. */
async function recover(found: RegExp): Promise<void> {
  const { page } = app
  await marked(page, 'recover-restore').click({ timeout: clusterTime })
  await dialog(page).getByRole('button', { name: 'Recover the restore' }).click()
  await expect(dialog(page).getByText('The interrupted restore is settled.')).toBeVisible({ timeout: clusterTime })
  await expect(dialog(page)).toContainText(found)
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()
}
