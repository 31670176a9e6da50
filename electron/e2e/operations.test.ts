import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import type { TestCluster } from '#shared/testing/cluster.ts'
import { expect, test } from './app.ts'
import { writeKubeconfig } from './contexts.ts'
import { deploy } from './deployPage.ts'
import { kubectl, removeNamespace, sql, uniqueNamespace } from './kubectl.ts'
import { openApp, type OpenApp } from './openApp.ts'
import { clusterTime, confirm, dialog, main, openContext, rail } from './window.ts'

// What an administrator does to a suite that runs; each test stands on what the one before it left.
test.describe.configure({ mode: 'serial' })

const namespace = uniqueNamespace('operate')
const mcp = 'agency-swarm-mcp'
let app: OpenApp

test.beforeAll(async ({ cluster }) => {
  app = await openApp(cluster, { contexts: [{ name: 'e2e', namespace }] })
  await openContext(app.page, 'e2e')
  await deploy(app.page, {})
})

test.afterAll(async ({ cluster }) => {
  try {
    await app.close()
  } finally {
    await removeNamespace(cluster, namespace)
  }
})

test('a scale says what the autoscaler will make of it before it is done', async () => {
  const { page } = app
  await openWorkload(page, 'agency-swarm-backend')
  await drawer(page, 'agency-swarm-backend').getByRole('button', { name: 'Scale…' }).click()
  await dialog(page).getByRole('spinbutton').or(dialog(page).getByRole('textbox')).first().fill('1')
  await expect(dialog(page)).toContainText(/autoscaler|agency-swarm-hpa/i)
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()
})

test('a new image that cannot be pulled is followed to its reason and undone to the revision before', async ({
  cluster,
}) => {
  const { page } = app
  const before = await image(cluster)
  await openWorkload(page, mcp)
  await drawer(page, mcp).getByRole('button', { name: 'Set image…' }).click()
  await dialog(page)
    .getByRole('textbox', { name: /^Image/ })
    .fill('agency-swarm/missing:1')
  await expect(dialog(page)).toContainText(/restarts?/i)
  await confirm(page, /^Set image/)
  await expect(page.getByText(`${mcp} did not get the new image`)).toBeVisible({ timeout: clusterTime })
  expect(await image(cluster)).toContain('missing')
  await page.getByRole('button', { name: 'Undo', exact: true }).first().click()
  await expect(dialog(page)).toContainText(before)
  await confirm(page, /^Return to revision/)
  await expect(page.getByText(new RegExp(`${mcp} is back at revision`))).toBeVisible({ timeout: clusterTime })
  expect(await image(cluster)).toBe(before)
})

test('an environment variable is set with its blast radius, and rollouts are paused and resumed', async ({
  cluster,
}) => {
  const { page } = app
  await openWorkload(page, mcp)
  await more(page, 'Pause rollouts…')
  await confirm(page, /^Pause rollouts/)
  await expect.poll(() => kubectl(cluster, [...deployment, 'jsonpath={.spec.paused}'])).toBe('true')
  await more(page, 'Resume rollouts…')
  await confirm(page, /^Resume rollouts/)
  await expect.poll(() => kubectl(cluster, [...deployment, 'jsonpath={.spec.paused}'])).not.toBe('true')

  await more(page, 'Environment…')
  await dialog(page).getByRole('button', { name: /Add/ }).click()
  await dialog(page).getByRole('textbox', { name: 'Name of the new variable' }).fill('NIGHT_SHIFT')
  await dialog(page).getByRole('textbox', { name: 'Value of NIGHT_SHIFT' }).fill('yes')
  await expect(dialog(page)).toContainText(/restarts?/i)
  await confirm(page, /^Change environment/)
  await expect(page.getByText(`${mcp} runs with the new environment`)).toBeVisible({ timeout: clusterTime })
  const variables = 'jsonpath={.spec.template.spec.containers[0].env[?(@.name=="NIGHT_SHIFT")].value}'
  expect(await kubectl(cluster, [...deployment, variables])).toBe('yes')
})

test('a key of a ConfigMap is changed after saying who reads it, and put back', async ({ cluster }) => {
  const { page } = app
  const level = () =>
    kubectl(cluster, ['-n', namespace, 'get', 'configmap', 'agency-swarm-config', '-o', 'jsonpath={.data.LOG_LEVEL}'])
  await openObject(page, 'agency-swarm-config')
  const details = drawer(page, 'agency-swarm-config')
  await details.getByRole('textbox', { name: 'Value of LOG_LEVEL' }).fill('debug')
  await details.getByRole('button', { name: 'Save…' }).click()
  await expect(dialog(page)).toContainText(/agency-swarm-backend/)
  await confirm(page, /^Save/)
  await expect.poll(level).toBe('debug')
  await details.getByRole('button', { name: 'Undo last change…' }).click()
  await confirm(page, /^Put it back/)
  await expect.poll(level).toBe('info')
})

test('a secret is hidden until it is revealed, hidden again, and the reveal is audited without the value', async ({
  cluster,
}) => {
  const { page } = app
  const encoded = await kubectl(cluster, [
    '-n',
    namespace,
    'get',
    'secret',
    'agency-swarm-secrets',
    '-o',
    'jsonpath={.data.ADMIN_PASSWORD}',
  ])
  const value = Buffer.from(encoded, 'base64').toString()
  await openObject(page, 'agency-swarm-secrets')
  const details = drawer(page, 'agency-swarm-secrets')
  expect(await page.content()).not.toContain(value)
  // The keys are in alphabetical order.
  await details
    .getByRole('button', { name: /Reveal/ })
    .first()
    .click()
  await expect(details.getByText(value)).toBeVisible()
  await rail(page, 'Security').click()
  expect(await page.content()).not.toContain(value)
  await expect(
    page
      .getByRole('grid', { name: 'Audit log' })
      .getByRole('row', { name: /revealed a secret/i })
      .first(),
  ).toBeVisible()
})

test('a token of a service account is shown once, and works', async ({ cluster }) => {
  const { page } = app
  await rail(page, 'Configuration').click()
  await page.getByRole('tab', { name: /^Access/ }).click()
  await page
    .getByRole('row', { name: /agency-swarm-admin/ })
    .getByRole('button', { name: /token/i })
    .click()
  await confirm(page, /^Create/)
  const shown = dialog(page).filter({ hasText: 'It is shown this once.' })
  await expect(shown).toBeVisible()
  const token = (await shown.getByText(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/).textContent()) ?? ''
  const kubeconfigPath = join(app.directory, 'token.yaml')
  await writeKubeconfig(kubeconfigPath, cluster, [{ name: 'token', namespace, user: { token } }])
  const can = ['auth', 'can-i', 'list', 'pods']
  expect(await kubectl({ kubeconfigPath, context: 'token' }, can)).toBe('yes')
  await shown
    .getByRole('button', { name: /^(Done|Close)/ })
    .last()
    .click()
  expect(await page.content()).not.toContain(token)
})

test('the newest migration is undone behind a backup, and run again', async ({ cluster }) => {
  const { page } = app
  const names = () => sql(cluster, namespace, 'select count(*) from archon_migrations')
  const before = Number(await names())
  await rail(page, 'Configuration').click()
  await page.getByRole('tab', { name: /^Migrations/ }).click()
  await main(page).getByRole('button', { name: 'Undo the newest…' }).click()
  await confirm(page, /^Undo the migration/)
  await expect.poll(names, { timeout: clusterTime }).toBe(String(before - 1))
  const migrate = main(page).getByRole('button', { name: 'Migrate…' })
  await expect(migrate).toBeEnabled({ timeout: clusterTime })
  await migrate.click()
  await confirm(page, /^Migrate the database/)
  await expect.poll(names, { timeout: clusterTime }).toBe(String(before))
  await expect(main(page).getByText('Nothing to migrate')).toBeVisible({ timeout: clusterTime })
})

const deployment = ['-n', namespace, 'get', 'deployment', mcp, '-o']
const image = (cluster: TestCluster) =>
  kubectl(cluster, [...deployment, 'jsonpath={.spec.template.spec.containers[0].image}'])

const drawer = (page: Page, name: string): Locator => page.getByRole('complementary', { name: `Details of ${name}` })

async function openWorkload(page: Page, name: string): Promise<void> {
  await rail(page, 'Workloads').click()
  await page.getByRole('tab', { name: /^Deployments/ }).click()
  if (await drawer(page, name).isHidden())
    await page
      .getByRole('row', { name: new RegExp(name) })
      .first()
      .click()
  await expect(drawer(page, name).getByRole('button', { name: 'Restart…' })).toBeEnabled()
}

async function more(page: Page, item: string): Promise<void> {
  await expect(dialog(page)).toBeHidden()
  const entry = page.getByRole('menuitem', { name: item })
  // The focus that comes back from a dialog may close the menu again.
  await expect(async () => {
    if (await entry.isHidden()) await drawer(page, mcp).getByRole('button', { name: 'More actions' }).click()
    await expect(entry).toBeVisible({ timeout: 1000 })
  }).toPass({ timeout: 30_000 })
  await entry.click()
}

async function openObject(page: Page, name: string): Promise<void> {
  await rail(page, 'Configuration').click()
  await page.getByRole('tab', { name: /^ConfigMaps and Secrets/ }).click()
  await page
    .getByRole('row', { name: new RegExp(name) })
    .first()
    .click()
  await expect(drawer(page, name)).toBeVisible()
}
