import type { Page } from '@playwright/test'
import { answerDialogs, expect, shownDialog, test } from './app.ts'

const titleBar = (page: Page) => page.locator('.app-connection')

/** The engine has answered: the page knows who is at the keyboard, and the title bar says nothing of the engine. */
async function answered(page: Page): Promise<void> {
  await expect(page.locator('.app-user')).toBeVisible()
  await expect(titleBar(page)).not.toContainText(/Starting|Engine/)
}

test('an engine that hangs is said before it is ended and replaced', async ({ app }) => {
  const { page } = app
  const pid = await app.enginePid()
  await answered(page)
  process.kill(pid, 'SIGSTOP')
  await expect(titleBar(page)).toContainText('Engine not responding', { timeout: 10_000 })
  expect(await app.enginePid()).toBe(pid)
  await expect(page.getByText(/engine has not responded for/)).toBeVisible({ timeout: 10_000 })
  await expect.poll(() => app.enginePid().catch(() => pid), { timeout: 30_000 }).not.toBe(pid)
  await expect(page.getByText("The console's engine was restarted")).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText(/did not respond for 5 seconds/)).toBeVisible()
  await answered(page)
})

test('an engine that was killed is said at once', async ({ app }) => {
  const { page } = app
  await answered(page)
  const lost = titleBar(page).getByText('Engine lost').waitFor({ timeout: 10_000 })
  process.kill(await app.enginePid(), 'SIGKILL')
  await lost
  await expect(page.getByText("The console's engine was restarted")).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText(/ended unexpectedly/)).toBeVisible()
})

test('a page has one line for each time it is loaded, however often it asks', async ({ app }) => {
  const { page } = app
  await answered(page)
  const lines = await page.evaluate(async () => {
    let ports = 0
    window.addEventListener('message', (event) => (ports += event.ports.length))
    for (let asked = 0; asked < 20; asked += 1) window.postMessage('console:request-port', window.location.origin)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    return ports
  })
  expect(lines).toBe(0)
  await page.reload()
  await answered(page)
  await expect(page.getByRole('button', { name: /Cluster/ })).toBeVisible()
})

test('a page that died is loaded again, with everything it showed', async ({ app }) => {
  const { page, electron } = app
  await answered(page)
  const alive = () =>
    electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript("document.querySelector('.app-user') !== null"),
    )
  const gone = page.waitForEvent('crash')
  await electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  )
  await gone
  // A page that is being loaded answers nothing, which is not the end of the wait.
  await expect.poll(() => alive().catch(() => false)).toBe(true)
})

test('a fault that main did not foresee is said, and stops nothing', async ({ app }) => {
  const { page, electron } = app
  await answered(page)
  await answerDialogs(electron, 0)
  await electron.evaluate(() => setImmediate(() => void Reflect.get(null as unknown as object, 'nothing')))
  await expect.poll(async () => (await shownDialog(electron))?.message).toContain('fault in its main process')
  await page.reload()
  await answered(page)
})
