import { answerDialogs, expect, launchApp, shownDialog, test } from './app.ts'
import { removeNamespace, uniqueNamespace } from './kubectl.ts'
import { lockTable } from './lockTable.ts'
import { openApp, type OpenApp } from './openApp.ts'
import { survivors, processTree } from './processTree.ts'
import { backups, clusterTime, deploymentDone, openContext, rail, startDeployment } from './window.ts'

// Each test stands on what the one before it left: a suite whose backup can be held up by a lock.
test.describe.configure({ mode: 'serial' })

const namespace = uniqueNamespace('leaving')
let app: OpenApp

test.beforeAll(async ({ cluster }) => {
  app = await openApp(cluster, { contexts: [{ name: 'e2e', namespace }] })
  await openContext(app.page, 'e2e')
  await startDeployment(app.page)
  await deploymentDone(app.page)
})

test.afterAll(async ({ cluster }) => {
  try {
    await app.electron.close().catch(() => undefined)
    await app.remove()
  } finally {
    await removeNamespace(cluster, namespace)
  }
})

const windows = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
const closeWindow = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())

/** A backup that runs until the lock is released. */
async function startBackup(): Promise<void> {
  await rail(app.page, 'Backups').click()
  const progress = app.page.getByTestId('backup-progress').waitFor()
  await app.page.getByTestId('backup-now').getByRole('button').click()
  await progress
}

test('closing while a backup runs asks; Cancel leaves everything as it is', async ({ cluster }) => {
  const lock = await lockTable(cluster, namespace, 'archon_agent_knowledge')
  try {
    await startBackup()
    await answerDialogs(app.electron, 2)
    await closeWindow()
    await expect.poll(() => shownDialog(app.electron)).toMatchObject({ message: 'A task is still running.' })
    expect(await windows()).toBe(1)
    await expect(app.page.getByTestId('backup-progress')).toBeVisible()
    // Quitting asks the same.
    await app.electron.evaluate(({ app: electron }) => {
      Object.assign(globalThis, { shownDialog: undefined })
      electron.quit()
    })
    await expect.poll(() => shownDialog(app.electron)).toMatchObject({ message: 'A task is still running.' })
    expect(await windows()).toBe(1)
  } finally {
    await lock.release()
  }
  await expect(app.page.getByTestId('backup-progress')).toBeHidden({ timeout: clusterTime })
  await expect(backups(app.page)).toHaveCount(1)
})

test('in the background the work continues without a window, and opening again shows it', async ({ cluster }) => {
  const engine = await app.enginePid()
  const lock = await lockTable(cluster, namespace, 'archon_agent_knowledge')
  try {
    await startBackup()
    await answerDialogs(app.electron, 0)
    await closeWindow()
    await expect.poll(windows).toBe(0)
    expect(await app.enginePid()).toBe(engine)
    const opened = app.electron.waitForEvent('window')
    await app.electron.evaluate(({ app: electron }) => electron.emit('second-instance'))
    const page = await opened
    app = { ...app, page }
    await rail(page, 'Backups').click()
    await expect(page.getByTestId('backup-progress')).toBeVisible()
  } finally {
    await lock.release()
  }
  await expect(backups(app.page)).toHaveCount(2, { timeout: clusterTime })
  expect(await app.enginePid()).toBe(engine)
})

test('in the background the app quits when the work has ended, and the backup is there', async ({ cluster }) => {
  const lock = await lockTable(cluster, namespace, 'archon_agent_knowledge')
  const all = processTree(app.electron.process().pid ?? 0)
  try {
    await startBackup()
    await answerDialogs(app.electron, 0)
    await closeWindow()
    await expect.poll(windows).toBe(0)
  } finally {
    await lock.release()
  }
  await expect.poll(() => survivors(all).length, { timeout: clusterTime }).toBe(0)
  const again = await launchApp({ dataDirectory: app.dataDirectory, kubeconfig: app.kubeconfig })
  app = { ...app, ...again }
  await openContext(app.page, 'e2e')
  await rail(app.page, 'Backups').click()
  await expect(backups(app.page)).toHaveCount(3, { timeout: 60_000 })
})

test('stopping cancels the work and quits, and leaves no half backup', async ({ cluster }) => {
  const lock = await lockTable(cluster, namespace, 'archon_agent_knowledge')
  const all = processTree(app.electron.process().pid ?? 0)
  try {
    await startBackup()
    await answerDialogs(app.electron, 1)
    await closeWindow()
    await expect.poll(() => survivors(all).length, { timeout: 60_000 }).toBe(0)
  } finally {
    await lock.release()
  }
  const again = await launchApp({ dataDirectory: app.dataDirectory, kubeconfig: app.kubeconfig })
  app = { ...app, ...again }
  await openContext(app.page, 'e2e')
  await rail(app.page, 'Backups').click()
  await expect(backups(app.page)).toHaveCount(3, { timeout: 60_000 })
})
