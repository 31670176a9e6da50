import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { temporaryState } from '#shared/testing/cluster.ts'
import { expect, launchApp, test, type RunningApp } from './app.ts'
import { kubectl, sql, type Judged } from './kubectl.ts'
import { lockTable } from './lockTable.ts'
import {
  backups,
  clusterTime,
  confirm,
  deploymentDone,
  dialog,
  main,
  marked,
  rail,
  runningStep,
  startDeployment,
  takeBackup,
} from './window.ts'

// The app's own sandbox is killed; each test stands on what the one before it left.
test.describe.configure({ mode: 'serial' })

const namespace = 'agency-swarm'
const knowledge = 'select count(*) from archon_agent_knowledge'
let app: RunningApp
let directory = ''
let state = ''

test.beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'console-e2e-'))
  state = await temporaryState()
  const dataDirectory = join(directory, 'data')
  await mkdir(dataDirectory)
  app = await launchApp({ dataDirectory, kubeconfig: join(directory, 'no-kubeconfig'), sandboxState: state })
  app.page.setDefaultTimeout(30_000)
})

test.afterAll(async () => {
  await app.close()
  await Promise.all([directory, state].map((path) => rm(path, { recursive: true, force: true })))
})

test('the first start offers the sandbox, and one click brings it up', async () => {
  const { page } = app
  await page.getByRole('button', { name: 'Start the sandbox' }).first().click()
  const row = page.locator('[data-row="sandbox"]')
  await expect(row).toContainText(/healthy/i, { timeout: clusterTime })
  await row.click()
  await expect(page.getByRole('button', { name: 'Cluster sandbox' })).toBeVisible()
})

test('a sandbox killed in the middle of a deployment is told, and the deployment is resumed', async () => {
  const { page } = app
  await startDeployment(page)
  await runningStep(page, /postgresql/).waitFor({ timeout: 60_000 })
  await killSandbox()
  await startAgain()
  const resume = page.getByRole('button', { name: 'Resume…' })
  await expect(resume).toBeEnabled({ timeout: clusterTime })
  await resume.click()
  await confirm(page, /^Resume/)
  await deploymentDone(page)
})

test('a sandbox killed in the middle of a backup leaves no backup and no files', async () => {
  const { page } = app
  await rail(page, 'Backups').click()
  await expect(page.getByText('No backups of sandbox yet')).toBeVisible()
  const lock = await lockTable(cluster(), namespace, 'archon_agent_knowledge')
  await page.getByTestId('backup-now').getByRole('button').click()
  await expect.poll(partials, { timeout: 60_000 }).toHaveLength(1)
  await killSandbox()
  await lock.release()
  await startAgain()
  await expect(page.getByText('No backups of sandbox yet')).toBeVisible()
  await expect.poll(partials, { timeout: 60_000 }).toEqual([])
  await databaseAnswers()
  await takeBackup(page)
  await expect(backups(page)).toHaveCount(1)
})

test('a sandbox killed in the middle of a restore leaves the database fully old or new, and the window says which', async () => {
  const { page } = app
  const saved = await sql(cluster(), namespace, knowledge)
  await sql(cluster(), namespace, 'delete from archon_agent_knowledge')
  await marked(page, 'restore-open').click()
  await expect(dialog(page).getByText('archon_agent_knowledge')).toBeVisible({ timeout: 60_000 })
  await marked(page, 'restore-confirm').click()
  // The step after the swap that lasts: restarting is over too soon to be caught in the window.
  await runningStep(page, /Health check/).waitFor({ timeout: 120_000 })
  await killSandbox()
  await expect(dialog(page)).toContainText(/going back failed too|did not finish|failed/, { timeout: clusterTime })
  await expect(dialog(page).getByText('The live database is the previous one.')).toBeHidden()
  await page.keyboard.press('Escape')
  await startAgain()
  await databaseAnswers()
  // Recovering changes the database, so it waits for a person.
  await marked(page, 'recover-restore').click()
  await dialog(page).getByRole('button', { name: 'Recover the restore' }).click()
  await expect(dialog(page).getByText('The interrupted restore is settled.')).toBeVisible({ timeout: clusterTime })
  await page.keyboard.press('Escape')
  const live = await sql(cluster(), namespace, knowledge)
  expect([saved, '0']).toContain(live)
  const restored = main(page).getByText(/^Restored /)
  await (live === saved ? expect(restored).toBeVisible() : expect(restored).toBeHidden())
})

const cluster = (): Judged => ({ kubeconfigPath: join(state, 'kubeconfig'), context: 'sandbox' })

/** Kills it as the system would, and waits until the window has noticed. */
async function killSandbox(): Promise<void> {
  process.kill(await app.sandboxPid(), 'SIGKILL')
  await expect(app.page.getByText('sandbox is stopped')).toBeVisible({ timeout: 60_000 })
}

async function startAgain(): Promise<void> {
  const { page } = app
  await main(page).getByRole('button', { name: 'Start the sandbox' }).click()
  await expect(page.getByText(/sandbox is (stopped|starting)/)).toBeHidden({ timeout: clusterTime })
}

/** PostgreSQL recovers from the end of its processes before it answers, and a pod that answers is not Ready before its next probe. */
async function databaseAnswers(): Promise<void> {
  await expect(async () => expect(await sql(cluster(), namespace, 'select 1')).toBe('1')).toPass({ timeout: 120_000 })
  await kubectl(cluster(), ['-n', namespace, 'wait', '--for=condition=Ready', 'pod/postgresql-0', '--timeout=120s'])
}

async function partials(): Promise<string[]> {
  const files = await readdir(join(directory, 'data', 'backups'), { recursive: true }).catch(() => [])
  return files.filter((name) => name.endsWith('.partial'))
}
