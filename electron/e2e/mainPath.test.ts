import { expect, test } from './app.ts'
import { violations } from './axe.ts'
import { kubectl, removeNamespace, sql, uniqueNamespace } from './kubectl.ts'
import { openApp, type OpenApp } from './openApp.ts'
import {
  backups,
  clusterTime,
  confirm,
  deploymentDone,
  dialog,
  enter,
  fleetRow,
  main,
  marked,
  openContext,
  rail,
  row,
  screen,
  takeBackup,
} from './window.ts'

// One suite for the whole file: each test stands on what the one before it left.
test.describe.configure({ mode: 'serial' })

const namespace = uniqueNamespace('main')
const knowledge = 'select count(*) from archon_agent_knowledge'
let app: OpenApp

test.beforeAll(async ({ cluster }) => {
  app = await openApp(cluster, {
    contexts: [
      { name: 'e2e', namespace },
      { name: 'e2e-neighbour', namespace: 'default' },
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

test('the fleet lists the cluster with version and suites, and every context with its health', async () => {
  for (const context of ['e2e', 'e2e-neighbour'])
    await expect(fleetRow(app.page, context)).toContainText(/healthy/i, { timeout: 60_000 })
  const cluster = row(app.page, /2 contexts/)
  await expect(cluster).toContainText(/v1\.\d+/)
  await expect(cluster).toContainText('Not deployed')
})

test('a plan changes nothing, and a deployment goes stage by stage', async ({ cluster }) => {
  const { page } = app
  await openContext(page, 'e2e')
  await rail(page, 'Deploy').click()
  await marked(page, 'deploy-plan').click()
  await expect(page.getByText('Planned, nothing changed')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('list', { name: 'Planned resources' }).getByRole('listitem')).not.toHaveCount(0)
  await expect(page.getByText(/dry run, nothing was changed/)).toBeVisible()
  expect(await kubectl(cluster, ['get', 'namespace', namespace, '--ignore-not-found', '-o', 'name'])).toBe('')

  await marked(page, 'deploy-apply').click()
  await confirm(page, /^Deploy/)
  const stages = page.getByRole('list', { name: 'Stages' }).getByRole('listitem')
  await expect(stages.first()).toContainText('done')
  await deploymentDone(page)
  for (const state of await stages.allTextContents()) expect(state).toMatch(/done/)
})

test('pods appear live with usage against requests and limits', async ({ cluster }) => {
  const { page } = app
  await rail(page, 'Workloads').click()
  const pods = page.getByRole('grid', { name: 'Pods' })
  for (const name of ['frontend', 'backend', 'mcp', 'agents', 'postgresql-0', 'redis']) {
    await expect(pods.locator(`[data-row*="${name}"]`).first()).toContainText(/Running/)
  }
  await expect(row(page, /postgresql-0.*Mi/)).toBeVisible({ timeout: 60_000 })

  const old = await pods.locator('[data-row*="agency-swarm-frontend"]').first().getAttribute('data-row')
  await kubectl(cluster, ['-n', namespace, 'delete', 'pod', old ?? '', '--wait=false'])
  await expect(pods.locator(`[data-row="${old}"]`)).toHaveCount(0, { timeout: 60_000 })
  await expect(pods.locator('[data-row*="agency-swarm-frontend"]').first()).toContainText('Running', {
    timeout: 60_000,
  })
})

test('the drawer of a pod shows its summary, events and YAML, and Escape closes it', async () => {
  const { page } = app
  await row(page, /postgresql-0/).click()
  const drawer = page.getByRole('complementary', { name: 'Details of postgresql-0' })
  await expect(drawer.getByText('StatefulSet')).toBeVisible()
  await drawer.getByRole('tab', { name: /Events/ }).click()
  await expect(drawer.locator('.pod-event').first()).toBeVisible()
  await drawer.getByRole('tab', { name: 'YAML' }).click()
  await expect(drawer).toContainText('kind: Pod')
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
})

test('logs of the whole suite are searched, paused without loss, and followed again', async ({ cluster }) => {
  const { page } = app
  await rail(page, 'Logs').click()
  const lines = page.getByRole('table', { name: 'Log lines' }).getByRole('row')
  await expect(lines.nth(10)).toBeVisible({ timeout: 60_000 })
  const search = page.getByTestId('logs-search')
  await search.fill('listening')
  await expect(page.getByText(/\d+ match/)).toBeVisible()
  await search.fill('')

  await page.getByTestId('logs-follow').getByRole('button').click()
  await expect(page.getByText(/^Paused at/)).toBeVisible()
  await sql(cluster, namespace, "do $$ begin raise log 'written while paused'; end $$")
  await expect(page.getByText(/new lines? (is|are) waiting/)).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Jump to latest' }).click()
  await expect(page.getByText(/^Paused at/)).toBeHidden()
  await search.fill('written while paused')
  await expect(page.getByText(/[1-9]\d* match/)).toBeVisible()
  await search.fill('')
})

test('a shell in the database pod runs psql', async () => {
  const { page } = app
  await rail(page, 'Workloads').click()
  await row(page, /postgresql-0/).click()
  await marked(page, 'terminal-shell-open').click()
  await enter(
    page,
    `psql -Atd agency_swarm -c "select 'rows: ' || count(*) from archon_agent_knowledge"`,
    /rows: [1-9]/,
  )
})

test('the kubectl terminal knows this context and no other', async () => {
  const { page } = app
  await page.keyboard.press('Control+Shift+T')
  await expect(screen(page)).toContainText(/[$#%>]/, { timeout: 30_000 })
  await enter(page, 'kubectl get pods', /agency-swarm-frontend-\S+\s+1\/1/)
  await enter(page, 'echo contexts: $(kubectl config get-contexts -o name) end', /contexts: e2e end/)
})

test('a backup tells its progress, is listed as intact, and is proven by a trial restore', async () => {
  const { page } = app
  await takeBackup(page)
  await expect(backups(page).first()).toContainText('Not verified')
  await marked(page, 'restore-open').waitFor()
  await main(page).getByRole('button', { name: 'Verify…' }).first().click()
  await confirm(page, /^Verify/)
  await expect(backups(page).first()).toContainText(/Verified/, { timeout: clusterTime })
  await expect(page.getByText('Gave back what was there')).toBeVisible()
})

test('deleted rows come back with one click and one confirmation, and Undo takes it back', async ({ cluster }) => {
  const { page } = app
  const before = await sql(cluster, namespace, knowledge)
  await page.getByRole('tab', { name: /postgresql-0/ }).click()
  await enter(page, 'psql -d agency_swarm -c "delete from archon_agent_knowledge"', /DELETE [1-9]/)
  expect(await sql(cluster, namespace, knowledge)).toBe('0')

  await marked(page, 'restore-open').click()
  await expect(dialog(page).getByText('archon_agent_knowledge')).toBeVisible({ timeout: 60_000 })
  await marked(page, 'restore-confirm').click()
  const undo = dialog(page).getByTestId('undo-restore').getByRole('button')
  await expect(undo).toBeEnabled({ timeout: clusterTime })
  await expect(dialog(page).getByText('The restored data is live, the services are healthy.')).toBeVisible()
  expect(await sql(cluster, namespace, knowledge)).toBe(before)

  await undo.click()
  await page.getByRole('button', { name: 'Undo the restore' }).click()
  await expect(dialog(page).getByText('The previous data is live again.')).toBeVisible({ timeout: clusterTime })
  expect(await sql(cluster, namespace, knowledge)).toBe('0')
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()
})

test('every change is in the audit log, and its chain is intact', async () => {
  const { page } = app
  await rail(page, 'Security').click()
  await page.getByRole('button', { name: 'Verify chain' }).click()
  await expect(page.getByText(/Chain intact, \d+ entries verified/)).toBeVisible()
  const log = page.getByRole('grid', { name: 'Audit log' })
  for (const act of [/deploy/i, /back/i, /restor/i, /undo|undid|undone/i]) {
    await expect(log.getByRole('row', { name: act }).first()).toBeVisible()
  }
})

test('axe finds nothing wrong on any page, drawer or dialog, in dark and in light', async () => {
  const { page } = app
  const wrong: string[] = []
  const tab = (name: string | RegExp) => page.getByRole('tab', { name }).first().click()
  const shortcut = (keys: string) => page.keyboard.press(keys)
  const views: [string, () => Promise<unknown>][] = [
    ['Fleet', () => rail(page, 'Fleet').click()],
    ['Overview', () => rail(page, 'Overview').click()],
    ['Logs', () => rail(page, 'Logs').click()],
    ['Pods', () => rail(page, 'Workloads').click()],
    ['a pod', () => row(page, /postgresql-0/).click()],
    ['events of a pod', () => tab(/^Events/)],
    ['YAML of a pod', () => tab('YAML')],
    ['Deployments', () => shortcut('Escape').then(() => tab(/^Deployments/))],
    ['a Deployment', () => row(page, /agency-swarm-backend/).click()],
    ['Deploy', () => rail(page, 'Deploy').click()],
    ['Releases', () => tab('Releases')],
    ['Drift', () => tab('Drift')],
    ['Configuration', () => rail(page, 'Configuration').click()],
    ['a ConfigMap', () => row(page, /ConfigMap agency-swarm-config/).click()],
    ['YAML of a ConfigMap', () => tab('YAML')],
    ['Limits', () => shortcut('Escape').then(() => tab(/^Scaling and limits/))],
    ['Access', () => tab(/^Access/)],
    ['Certificates', () => tab(/^Certificates/)],
    ['Migrations', () => tab(/^Migrations/)],
    ['Backups', () => rail(page, 'Backups').click()],
    ['a restore', () => marked(page, 'restore-open').click()],
    ['Security', () => shortcut('Escape').then(() => rail(page, 'Security').click())],
    ['Settings', () => rail(page, 'Settings').click()],
    ['the palette', () => shortcut('Control+k')],
    ['the list of clusters', () => shortcut('Escape').then(() => shortcut('Control+Shift+c'))],
    ['the shortcuts', () => shortcut('Escape').then(() => shortcut('?'))],
  ]
  // All that a theme changes is colours.
  for (const [theme, rules] of [
    ['dark', 'all rules'],
    ['light', 'colours'],
  ] as const) {
    await openContext(page, 'e2e')
    await page.evaluate((wanted) => (document.documentElement.dataset.theme = wanted), theme)
    for (const [name, open] of views) {
      await open()
      await expect(page.locator('.k-loading:visible')).toHaveCount(0)
      wrong.push(...(await violations(page, `${name}, ${theme}`, rules)))
    }
    await shortcut('Escape')
  }
  expect(wrong).toEqual([])
})
