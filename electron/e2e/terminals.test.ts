import type { Locator, Page } from '@playwright/test'
import { expect, test } from './app.ts'
import { kubectl, removeNamespace, uniqueNamespace } from './kubectl.ts'
import { openApp, type OpenApp } from './openApp.ts'
import { dialog, enter, openContext, rail, screen } from './window.ts'

// kubectl terminals on production: what reads passes, what writes asks. Each test stands on what the one before it left.
test.describe.configure({ mode: 'serial' })

const production = 'prod-eu-1'
const namespace = uniqueNamespace('terminals')
let app: OpenApp

test.beforeAll(async ({ cluster }) => {
  await kubectl(cluster, ['create', 'namespace', namespace])
  await kubectl(cluster, ['-n', namespace, 'create', 'configmap', 'precious', '--from-literal=a=b'])
  app = await openApp(cluster, { contexts: [{ name: production, namespace }] })
  await openContext(app.page, production)
})

test.afterAll(async ({ cluster }) => {
  try {
    await app.close()
  } finally {
    await removeNamespace(cluster, namespace)
  }
})

const question = (page: Page): Locator => page.getByTestId('terminal-question')
const tabs = (page: Page): Locator => page.getByRole('tablist', { name: 'Dock' }).getByRole('tab')

/** Types a line into the terminal in front, and does not wait for what it does. */
async function type(page: Page, line: string): Promise<void> {
  await page.locator('.terminal-tab:visible .xterm-helper-textarea').focus()
  await page.keyboard.type(line)
  await page.keyboard.press('Enter')
}

test('the prompt and the tab name environment and cluster, and reading asks nothing', async () => {
  const { page } = app
  await page.keyboard.press('Control+Shift+T')
  await expect(screen(page)).toContainText(`[production ${production}/${namespace}]`, { timeout: 30_000 })
  await expect(tabs(page)).toHaveText([new RegExp(`1.*kubectl.*${production}`)])
  await expect(tabs(page).first().getByRole('img', { name: 'production' })).toBeVisible()
  await enter(page, 'kubectl get configmap precious -o name', /configmap\/precious/)
  await enter(page, 'kubectl auth can-i delete pods', /yes/)
  await expect(question(page)).toBeHidden()
})

test('a delete waits for an answer, the next key is a no, and kubectl says what happened', async ({ cluster }) => {
  const { page } = app
  await type(page, 'kubectl delete configmap precious')
  await expect(question(page)).toContainText('Delete configmaps/precious?')
  await expect(question(page)).toContainText(production)
  await expect(question(page)).toContainText('kubectl delete')
  await expect(tabs(page).first()).toContainText('asks')
  await expect(question(page).getByRole('button', { name: 'Refuse' })).toBeFocused()
  await page.screenshot({ path: test.info().outputPath('question.png') })
  await page.keyboard.press('Enter')
  await expect(screen(page)).toContainText("Refused in the console's window", { timeout: 30_000 })
  await expect(question(page)).toBeHidden()
  expect(await kubectl(cluster, ['-n', namespace, 'get', 'configmap', 'precious', '-o', 'name'])).toBe(
    'configmap/precious',
  )
  // The keys go to the terminal again.
  await page.keyboard.type('echo back-$((40 + 2))')
  await page.keyboard.press('Enter')
  await expect(screen(page)).toContainText('back-42')
})

test('a yes lets it through, and both are entries of the audit log', async ({ cluster }) => {
  const { page } = app
  await type(page, 'clear; kubectl create configmap made --from-literal=key=value')
  await expect(question(page)).toContainText('Create configmaps/made?')
  await expect(question(page)).toContainText('value')
  await question(page).getByRole('button', { name: 'Allow once' }).click()
  await expect(screen(page)).toContainText('configmap/made created', { timeout: 30_000 })
  expect(await kubectl(cluster, ['-n', namespace, 'get', 'configmap', 'made', '-o', 'name'])).toBe('configmap/made')
  await rail(page, 'Security').click()
  const audit = page.getByRole('grid', { name: 'Audit log' })
  await expect(audit.getByRole('row', { name: /kubectl terminal: create configmaps made/i }).first()).toBeVisible()
  await expect(audit.getByRole('row', { name: /kubectl terminal: delete configmaps precious/i }).first()).toBeVisible()
})

test('writes pass for 60 s when that is said, with a countdown in tab and terminal, and ask again at once when it is ended', async () => {
  const { page } = app
  await type(page, 'clear; for n in 1 2 3; do kubectl label configmap made n=$n --overwrite; done')
  await question(page).getByRole('button', { name: 'Allow writes for 60 s' }).click()
  await expect(page.getByText(/Writes of this terminal to production pass unasked for \d+ s/)).toBeVisible()
  await expect(tabs(page).first()).toContainText(/writes \d+ s/)
  await expect(screen(page)).toContainText(/(made labeled[^]*){3}/, { timeout: 60_000 })
  await page.screenshot({ path: test.info().outputPath('allowed.png') })
  await page.getByRole('button', { name: 'Ask again now' }).click()
  await type(page, 'clear; kubectl label configmap made n=4 --overwrite')
  await question(page).getByRole('button', { name: 'Refuse' }).click()
  await expect(screen(page)).toContainText('Refused', { timeout: 30_000 })
})

test('what takes data along asks for the name of the cluster', async ({ cluster }) => {
  const { page } = app
  await type(page, `clear; kubectl delete namespace ${namespace} --wait=false`)
  await expect(question(page)).toContainText(`Delete namespaces/${namespace}?`)
  const field = question(page).getByRole('textbox', { name: `Type ${production} to allow this` })
  await expect(field).toBeFocused()
  const allow = question(page).getByRole('button', { name: 'Allow once' })
  await expect(allow).toHaveAttribute('aria-disabled', 'true')
  await expect(question(page).getByRole('button', { name: /60 s/ })).toBeHidden()
  await field.fill('prod-eu-2')
  await page.keyboard.press('Enter')
  await expect(allow).toHaveAttribute('aria-disabled', 'true')
  await question(page).getByRole('button', { name: 'Refuse' }).click()
  await expect(screen(page)).toContainText('Refused', { timeout: 30_000 })
  expect(await kubectl(cluster, ['get', 'namespace', namespace, '-o', 'jsonpath={.status.phase}'])).toBe('Active')
})

test('the question takes no keys from somebody who types elsewhere', async () => {
  const { page } = app
  await rail(page, 'Workloads').click()
  const filter = page.getByRole('textbox', { name: 'Filter pods' })
  await expect(filter).toBeVisible()
  await type(page, 'clear; sleep 2; kubectl delete configmap precious')
  await filter.fill('abc')
  await expect(question(page)).toBeVisible()
  await expect(filter).toBeFocused()
  await filter.fill('')
  await question(page).getByRole('button', { name: 'Refuse' }).click()
  await expect(screen(page)).toContainText('Refused', { timeout: 30_000 })
})

test('several pasted lines are shown and asked about, one line waits for Enter', async () => {
  const { page, electron } = app
  const paste = async (text: string) => {
    await electron.evaluate(({ clipboard }, given) => clipboard.writeText(given), text)
    await page.locator('.terminal-tab:visible .xterm-helper-textarea').focus()
    await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.paste())
  }
  await type(page, 'clear')
  await paste('echo one-$((1 + 1))\n')
  await expect(screen(page)).toContainText('echo one-')
  await expect(screen(page)).not.toContainText('one-2')
  await page.keyboard.press('Enter')
  await expect(screen(page)).toContainText('one-2')
  await paste('echo two-$((1 + 1))\necho three-$((1 + 2))\u001b[201~\n')
  await expect(dialog(page)).toContainText('Paste 2 lines into kubectl 1?')
  await expect(dialog(page)).toContainText('echo three-')
  await expect(dialog(page)).toContainText('1 control character will be left out')
  await page.screenshot({ path: test.info().outputPath('paste.png') })
  await dialog(page).getByRole('button', { name: 'Cancel' }).click()
  await expect(screen(page)).not.toContainText('echo two-')
  await paste('echo two-$((1 + 1))\necho three-$((1 + 2))\n')
  await dialog(page).getByRole('button', { name: 'Paste 2 lines' }).click()
  await page.locator('.terminal-tab:visible .xterm-helper-textarea').focus()
  await page.keyboard.press('Enter')
  await expect(screen(page)).toContainText('three-3')
})

test('a link shows where it leads and is copied; a title of a program changes nothing', async () => {
  const { page, electron } = app
  const before = await page.title()
  await type(
    page,
    String.raw`clear; printf '\e]0;evil\a\e]2;evil\a\e]8;;https://example.com/far?away=1\e\\press-here\e]8;;\e\\\n'`,
  )
  const link = screen(page).getByText('press-here', { exact: true }).last()
  // xterm takes the mouse itself, above its text.
  const box = await link.boundingBox()
  if (!box) throw new Error('the link is not drawn')
  await page.mouse.move(box.x + 5, box.y + box.height / 2)
  await page.mouse.move(box.x + 20, box.y + box.height / 2)
  await page.mouse.click(box.x + 20, box.y + box.height / 2)
  await expect(dialog(page)).toContainText('Copy the address of this link to example.com?')
  await expect(dialog(page)).toContainText('https://example.com/far?away=1')
  await dialog(page).getByRole('button', { name: 'Copy address' }).click()
  await expect
    .poll(() => electron.evaluate(({ clipboard }) => clipboard.readText()))
    .toBe('https://example.com/far?away=1')
  expect(await page.title()).toBe(before)
  await expect(tabs(page).first()).not.toContainText('evil')
})

test('thirteen terminals are told apart, the one in front is in sight, and a list names them all', async () => {
  const { page } = app
  for (let count = 2; count <= 13; count += 1) {
    await page.keyboard.press('Control+Shift+T')
    await expect(tabs(page)).toHaveCount(count)
  }
  expect(await tabs(page).evaluateAll((all) => all.map((tab) => tab.textContent?.match(/\d+/)?.[0]))).toEqual(
    Array.from({ length: 13 }, (_, index) => String(index + 1)),
  )
  await expect(tabs(page).last()).toBeInViewport({ ratio: 1 })
  await page.getByRole('button', { name: 'All 13 tabs' }).click()
  await expect(page.getByRole('menuitem')).toHaveCount(13)
  await page.screenshot({ path: test.info().outputPath('tabs.png') })
  await page.getByRole('menuitem', { name: /^1 · kubectl/ }).click()
  await expect(tabs(page).first()).toBeInViewport({ ratio: 1 })
  await expect(tabs(page).first()).toHaveAttribute('aria-selected', 'true')
})

test('terminals are offered again after the app was closed, and run nothing before that', async () => {
  app = await app.closeAndReopen()
  const { page } = app
  await page.getByRole('button', { name: 'Show terminals' }).click()
  await expect(tabs(page)).toHaveCount(13)
  await expect(page.getByText('This terminal was open when the console was closed.').last()).toBeVisible()
  await openContext(page, production)
  await page.screenshot({ path: test.info().outputPath('offered.png') })
  await page.locator('.terminal-tab:visible').getByRole('button', { name: 'Open again' }).click()
  await expect(screen(page)).toContainText(`[production ${production}/${namespace}]`, { timeout: 30_000 })
})
