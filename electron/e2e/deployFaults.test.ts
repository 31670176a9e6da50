import type { TestCluster } from '#shared/testing/cluster.ts'
import { expect, test } from './app.ts'
import { apply, deployed, plan, undo } from './deployPage.ts'
import { kubectl, removeNamespace, uniqueNamespace } from './kubectl.ts'
import { openApp, type OpenApp } from './openApp.ts'
import { clusterTime, confirm, main, marked, openContext, rail, runningStep } from './window.ts'

// What goes wrong while a suite is deployed; each test stands on what the one before it left.
test.describe.configure({ mode: 'serial' })

const namespace = uniqueNamespace('faults')
let app: OpenApp

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

test('an app that is killed in every stage continues where it stopped, until the suite is there', async ({
  cluster,
}) => {
  test.setTimeout(900_000)
  await plan(app.page, {})
  await apply(app.page)
  const stages = () => app.page.getByRole('list', { name: 'Stages' }).getByRole('listitem')
  const count = await stages().count()
  for (let stage = 0; stage < count - 1; stage += 1) {
    // The stage is at work, or was over before the window could show it.
    await expect(stages().nth(stage)).toContainText(/running|done/i, { timeout: clusterTime })
    app = await app.killAndReopen()
    await openContext(app.page, 'e2e')
    await rail(app.page, 'Deploy').click()
    const resume = app.page.getByRole('button', { name: 'Resume…' })
    const installed = main(app.page).getByText('Installed', { exact: true })
    await expect(resume.or(installed).first()).toBeVisible({ timeout: 60_000 })
    if (!(await resume.isVisible())) break
    await resume.click()
    await confirm(app.page, /^Resume/)
  }
  await healthy(cluster)
  await rail(app.page, 'Deploy').click()
  await expect(main(app.page).getByText('Installed', { exact: true }).first()).toBeVisible({ timeout: clusterTime })
})

test('a restart of the API server in the middle of a deployment is survived', async ({ cluster }) => {
  test.skip(!cluster.isSandbox && !process.env.CONSOLE_TEST_RESTART_API_SERVER, 'Nothing can restart this API server.')
  const { page } = app
  // New backends take their time: the restart falls into the wait for them.
  await plan(page, { values: 'resources:\n  backend:\n    requests:\n      memory: 160Mi\n' })
  await apply(page)
  await runningStep(page, /Backend/).waitFor({ timeout: clusterTime })
  await cluster.restartApiServer()
  await deployed(page)
  await healthy(cluster)
})

test('a rollout that cannot get ahead says so while it waits, is stopped, and undone', async ({ cluster }) => {
  const { page } = app
  await plan(page, { values: 'resources:\n  mcp:\n    requests:\n      memory: 96Mi\n' })
  const nodes = (await kubectl(cluster, ['get', 'nodes', '-o', 'name'])).split('\n')
  await kubectl(cluster, ['cordon', ...nodes])
  try {
    await apply(page)
    await expect(page.getByRole('list', { name: 'Stages' })).toContainText(/not scheduled/i, { timeout: clusterTime })
    await main(page).getByRole('button', { name: 'Stop', exact: true }).click()
    await expect(main(page).getByRole('button', { name: 'Resume…' })).toBeVisible({ timeout: 60_000 })
  } finally {
    await kubectl(cluster, ['uncordon', ...nodes])
  }
  await undo(page)
  await healthy(cluster)
})

test('room that is not there is told with a remedy before anything is changed', async ({ cluster }) => {
  const { page } = app
  const before = await frontendPods(cluster)
  await kubectl(cluster, ['apply', '-f', '-'], JSON.stringify(tightQuota))
  await plan(page, { values: 'resources:\n  mcp:\n    requests:\n      cpu: "500"\n    limits:\n      cpu: "500"\n' })
  const checks = page.getByRole('list', { name: 'Checks before it starts' }).getByRole('listitem')
  await expect(checks.filter({ hasText: 'Quota' })).toContainText('tight')
  await expect(checks.filter({ hasText: /capacity/i })).toContainText(/500/)
  await expect(marked(page, 'deploy-apply')).toBeDisabled()
  expect(await frontendPods(cluster)).toBe(before)
  await kubectl(cluster, ['-n', namespace, 'delete', 'resourcequota', 'tight'])
})

test('a quota that is tightened meanwhile stops the deployment with its name, and it is resumed', async ({
  cluster,
}) => {
  const { page } = app
  await plan(page, { values: 'replicas:\n  frontend: 3\n' })
  await kubectl(cluster, ['apply', '-f', '-'], JSON.stringify(tightQuota))
  await apply(page)
  const failure = page.getByTestId('deploy-failure')
  await expect(failure).toContainText(/exceeded quota: tight/, { timeout: clusterTime })
  await kubectl(cluster, ['-n', namespace, 'delete', 'resourcequota', 'tight'])
  await main(page).getByRole('button', { name: 'Resume…' }).click()
  await confirm(page, /^Resume/)
  await expect(failure).toBeHidden({ timeout: 60_000 })
  await deployed(page)
  await healthy(cluster)
})

const tightQuota = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'tight', namespace },
  spec: { hard: { pods: '3' } },
}

const frontendPods = (cluster: TestCluster) =>
  kubectl(cluster, [
    ...['-n', namespace, 'get', 'pods', '-l', 'app=agency-swarm-frontend'],
    ...['-o', 'jsonpath={.items[*].metadata.uid}'],
  ])

const healthy = (cluster: TestCluster) =>
  kubectl(cluster, ['-n', namespace, 'wait', 'deployment', '--all', '--for=condition=Available', '--timeout=240s'])
