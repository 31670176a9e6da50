import { imageRegistry } from '#shared/testing/cluster.ts'
import { expect, test } from './app.ts'
import { launchApp } from './app.ts'
import { apply, removeNamespace, uniqueNamespace } from './kubectl.ts'
import { openApp, type OpenApp } from './openApp.ts'
import { dialog, fleetRow, main, marked, openContext, rail, row } from './window.ts'

const namespace = uniqueNamespace('shell')
const production = 'prod-eu-1'
let app: OpenApp

test.beforeAll(async ({ cluster }) => {
  await apply(
    cluster,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'idle', namespace },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'idle', image: `${imageRegistry}busybox:1.36`, command: ['sleep', '3600'] }],
      },
    },
  )
  app = await openApp(cluster, {
    contexts: [
      { name: 'e2e', namespace },
      { name: production, namespace },
    ],
  })
})

test.afterAll(async ({ cluster }) => {
  try {
    await app.close()
  } finally {
    await removeNamespace(cluster, namespace)
  }
})

test.beforeEach(async () => openContext(app.page, 'e2e'))

test('every page is reached by G and its letter, and back with Alt and the left arrow', async () => {
  const { page } = app
  const pages: [string, string][] = [
    ['o', 'Overview'],
    ['w', 'Workloads'],
    ['l', 'Logs'],
    ['d', 'Deploy'],
    ['b', 'Backups'],
    ['f', 'Fleet'],
  ]
  for (const [letter, title] of pages) {
    await page.keyboard.press('g')
    await page.keyboard.press(letter)
    await expect(rail(page, title)).toHaveAttribute('aria-current', 'page')
  }
  await page.keyboard.press('Alt+ArrowLeft')
  await expect(rail(page, 'Backups')).toHaveAttribute('aria-current', 'page')
})

test('the palette finds a page by typing and opens it with Enter', async () => {
  const { page } = app
  await page.keyboard.press('Control+k')
  await expect(dialog(page).getByRole('combobox')).toBeFocused()
  await page.keyboard.type('workl')
  await page.keyboard.press('Enter')
  await expect(dialog(page)).toBeHidden()
  await expect(rail(page, 'Workloads')).toHaveAttribute('aria-current', 'page')
})

test('Escape closes one layer at a time: dialog, then drawer', async () => {
  const { page } = app
  await rail(page, 'Workloads').click()
  await row(page, /idle/).click()
  const drawer = page.getByRole('complementary', { name: 'Details of idle' })
  await expect(drawer).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByText('Shortcuts on this page')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('Shortcuts on this page')).toBeHidden()
  await expect(drawer).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
})

test('a table is walked and a pod opened by keys alone, and / leads to the filter', async () => {
  const { page } = app
  await page.keyboard.press('g')
  await page.keyboard.press('w')
  await expect(row(page, /idle/)).toBeVisible()
  await page.keyboard.press('/')
  await expect(page.getByRole('textbox', { name: 'Filter pods' })).toBeFocused()
  await page.keyboard.type('idle')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('textbox', { name: 'Filter pods' })).toHaveValue('')
  await page.keyboard.press('Escape')
  await page.keyboard.press('j')
  await expect(page.getByRole('complementary', { name: 'Details of idle' })).toBeVisible()
  await page.keyboard.press('y')
  await expect(page.getByRole('tab', { name: 'YAML' })).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Escape')
})

test('Ctrl B collapses the rail and brings it back', async () => {
  const { page } = app
  const width = async () => (await page.getByRole('navigation', { name: 'Pages' }).boundingBox())?.width ?? 0
  const wide = await width()
  await page.keyboard.press('Control+b')
  await expect.poll(width).toBeLessThan(wide / 2)
  await page.keyboard.press('Control+b')
  await expect.poll(width).toBe(wide)
})

test('light and dark are chosen in the palette and kept', async () => {
  const { page } = app
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const choose = async (theme: string) => {
    await page.keyboard.press('Control+k')
    await expect(dialog(page).getByRole('combobox')).toBeFocused()
    await page.keyboard.type(`>${theme} theme`)
    await page.keyboard.press('Enter')
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    return background()
  }
  expect(await choose('light')).not.toBe(await choose('dark'))
})

test('a production context shows its band, and a level 3 act demands its typed name', async () => {
  const { page } = app
  await openContext(page, production)
  await expect(page.locator('.app')).toHaveAttribute('data-environment', 'production')
  await expect(page.getByRole('contentinfo')).toContainText(`PRODUCTION · ${production}`)
  const band = () => page.locator('.app-band').evaluate((element) => getComputedStyle(element).backgroundColor)
  const production_ = await band()
  expect(production_).not.toBe('rgba(0, 0, 0, 0)')

  await rail(page, 'Deploy').click()
  await marked(page, 'deploy-plan').click()
  await marked(page, 'deploy-apply').click({ timeout: 60_000 })
  const deploy = dialog(page).getByRole('button', { name: /^Deploy/ })
  await expect(deploy).toHaveAttribute('aria-disabled', 'true')
  const typed = dialog(page).getByRole('textbox', { name: `Type ${production} to confirm` })
  await expect(typed).toBeFocused()
  await typed.fill('prod-eu-2')
  await expect(dialog(page).getByText('does not match')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(deploy).toHaveAttribute('aria-disabled', 'true')
  await typed.fill(production)
  await expect(deploy).not.toHaveAttribute('aria-disabled', 'true')
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()
  await expect(page.getByText('Planned, nothing changed')).toBeVisible()

  await rail(page, 'Fleet').click()
  await expect(page.locator('.app')).not.toHaveAttribute('data-environment', 'production')
})

test('at the smallest size nothing overflows sideways, and the drawer lies above the page', async () => {
  const { page } = app
  const resize = (width: number, height: number) =>
    app.electron.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(...size), [
      width,
      height,
    ] as [number, number])
  await resize(1100, 700)
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(1100)
  for (const title of ['Fleet', 'Overview', 'Workloads', 'Logs', 'Deploy', 'Backups', 'Security', 'Settings']) {
    await rail(page, title).click()
    await expect(rail(page, title)).toHaveAttribute('aria-current', 'page')
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(excess, title).toBeLessThanOrEqual(0)
  }
  await rail(page, 'Workloads').click()
  const before = await main(page).boundingBox()
  await row(page, /idle/).click()
  const drawer = page.getByRole('complementary', { name: 'Details of idle' })
  await expect(drawer).toBeVisible()
  expect((await main(page).boundingBox())?.width).toBe(before?.width)
  await page.keyboard.press('Escape')
  await resize(1440, 900)
})

test('the window opens again where it was, with the page it showed', async ({ cluster }) => {
  const own = await openApp(cluster, { contexts: [{ name: 'e2e', namespace }] })
  const bounds = { x: 60, y: 40, width: 1200, height: 760 }
  await openContext(own.page, 'e2e')
  await rail(own.page, 'Backups').click()
  await own.electron.evaluate(
    ({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted),
    bounds,
  )
  await own.electron.close()
  const again = await launchApp({ dataDirectory: own.dataDirectory, kubeconfig: own.kubeconfig })
  try {
    const found = await again.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
    expect(found).toEqual(bounds)
    await expect(rail(again.page, 'Backups')).toHaveAttribute('aria-current', 'page')
  } finally {
    await again.close()
    await own.remove()
  }
})

test('two contexts of one cluster are one row of the fleet, as careful as the more careful name', async () => {
  const { page } = app
  await rail(page, 'Fleet').click()
  await expect(page.getByRole('list', { name: 'Contexts of e2e' }).getByRole('listitem')).toHaveCount(2)
  await expect(fleetRow(page, production)).toContainText(/healthy/i)
  await expect(row(page, /2 contexts/)).toContainText(/production/i)
})
