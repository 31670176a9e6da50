import { join } from 'node:path'
import { startSandbox, type TestCluster } from '#shared/testing/cluster.ts'
import { buildEarlierSuite } from '../../scripts/build/earlierSuite.ts'
import { expect, test } from './app.ts'
import { writeKubeconfig } from './contexts.ts'
import { apply, deploy, deployed, openChooser, plan, planned, undo, valuesField, view } from './deployPage.ts'
import { kubectl, removeNamespace, sql, uniqueNamespace } from './kubectl.ts'
import { openApp, type OpenApp } from './openApp.ts'
import { backups, clusterTime, confirm, main, marked, openContext, rail, row } from './window.ts'

// One suite, from nothing through releases and back; each test stands on what the one before it left.
test.describe.configure({ mode: 'serial' })

const namespace = uniqueNamespace('deploy')
const earlier = '0.0.9'
const migrations = 'select count(*) from archon_migrations'
let app: OpenApp
let second: TestCluster

test.beforeAll(async ({ cluster }) => {
  await buildEarlierSuite(earlier)
  second = await startSandbox()
  app = await openApp(cluster, {
    contexts: [{ name: 'e2e', namespace }],
    moreFiles: async (directory) => {
      const path = join(directory, 'second.yaml')
      await writeKubeconfig(path, second, [{ name: 'e2e-second', namespace }])
      return [path]
    },
  })
  await openContext(app.page, 'e2e')
})

test.afterAll(async ({ cluster }) => {
  try {
    await app.close()
  } finally {
    await second.stop()
    await removeNamespace(cluster, namespace)
  }
})

test('a values file of nonsense is refused with path and line, and nothing can be planned', async ({ cluster }) => {
  const { page } = app
  await openChooser(page)
  await valuesField(page).fill(
    ['replicas:', '  mcp: lots', 'images:', '  suite: "suite; rm -rf /"', 'colour: blue', ''].join('\n'),
  )
  const faults = page.getByRole('list', { name: 'Faults in the values' })
  for (const fault of [/Line 2.*replicas\.mcp/, /Line 4.*images\.suite/, /Line 5.*colour/]) {
    await expect(faults.getByRole('listitem').filter({ hasText: fault })).toBeVisible()
  }
  await expect(marked(page, 'deploy-plan')).toBeDisabled()
  await valuesField(page).fill('replicas: [\n')
  await expect(faults.getByRole('listitem').first()).toContainText(/Line [12]/)
  await expect(marked(page, 'deploy-plan')).toBeDisabled()
  await valuesField(page).fill('')
  await expect(faults).toBeHidden()
  expect(await kubectl(cluster, ['get', 'namespace', namespace, '--ignore-not-found', '-o', 'name'])).toBe('')
})

test('the suite is installed from nothing, and its release is recorded in the cluster', async ({ cluster }) => {
  const { page } = app
  await deploy(page, { version: earlier })
  expect(await sql(cluster, namespace, migrations)).toBe('2')
  const records = ['-n', namespace, 'get', 'configmaps', '-l', 'console.agency-swarm.dev/release', '-o', 'name']
  expect((await kubectl(cluster, records)).split('\n')).toHaveLength(1)
  await view(page, 'Releases').click()
  await expect(row(page, new RegExp(earlier))).toContainText(/Live now/)
})

test('an upgrade shows its migration, backs up first, and migrates', async ({ cluster }) => {
  const { page } = app
  await plan(page, { version: '0.1.0' })
  await expect(page.getByRole('list', { name: 'Migrations' })).toContainText('0003_indexes')
  await page.getByRole('checkbox', { name: /Back up the database first/ }).check()
  await apply(page)
  await deployed(page)
  expect(await sql(cluster, namespace, migrations)).toBe('3')
  expect(await images(cluster)).toContain('agency-swarm/suite:0.1.0')
  await rail(page, 'Backups').click()
  await expect(backups(page)).toHaveCount(1)
})

test('a field of another manager is kept or taken, as decided, and never taken in silence', async ({ cluster }) => {
  const { page } = app
  const level = ['-n', namespace, 'get', 'configmap', 'agency-swarm-config', '-o', 'jsonpath={.data.LOG_LEVEL}']
  await kubectl(cluster, [
    ...['-n', namespace, 'patch', 'configmap', 'agency-swarm-config', '--field-manager', 'night-shift'],
    ...['-p', '{"data":{"LOG_LEVEL":"debug"}}'],
  ])
  await plan(page, { values: 'logLevel: warn\n' })
  await expect(marked(page, 'deploy-apply')).toBeDisabled()
  await page.getByRole('button', { name: 'Next to decide' }).click()
  const conflict = page.getByTestId('deploy-conflict')
  await expect(conflict).toContainText('night-shift')
  await expect(conflict).toContainText('debug')
  await conflict.getByRole('radio', { name: /Keep/ }).check()
  await apply(page)
  await deployed(page)
  expect(await kubectl(cluster, level)).toBe('debug')

  await view(page, 'Drift').click()
  await expect(page.getByText('The cluster is as the release says')).toBeVisible({ timeout: 60_000 })
})

test('drift is told by field and owner, and is reverted or adopted', async ({ cluster }) => {
  const { page } = app
  const mcp = ['-n', namespace, 'get', 'deployment', 'agency-swarm-mcp', '-o', 'jsonpath={.spec.revisionHistoryLimit}']
  await kubectl(cluster, [
    ...['-n', namespace, 'patch', 'deployment', 'agency-swarm-mcp', '--field-manager', 'night-shift'],
    ...['-p', '{"spec":{"revisionHistoryLimit":2}}'],
  ])
  await kubectl(cluster, ['-n', namespace, 'delete', 'poddisruptionbudget', 'agency-swarm-mcp'])
  await view(page, 'Releases').click()
  await view(page, 'Drift').click()
  await main(page)
    .getByRole('button', { name: /Check (now|again)/ })
    .click()
  const objects = page.getByRole('list', { name: 'Objects that drifted' }).getByRole('listitem')
  await expect(objects.filter({ hasText: 'Deployment' })).toContainText('night-shift', { timeout: 60_000 })
  await expect(objects.filter({ hasText: 'Deployment' })).toContainText('revisionHistoryLimit')
  await objects.getByRole('checkbox', { name: 'PodDisruptionBudget agency-swarm-mcp' }).check()
  await main(page)
    .getByRole('button', { name: /^Revert/ })
    .click()
  await confirm(page, /^Revert/)
  await expect(objects).toHaveCount(1, { timeout: 60_000 })
  await kubectl(cluster, ['-n', namespace, 'get', 'poddisruptionbudget', 'agency-swarm-mcp'])

  await objects.getByRole('checkbox', { name: 'Deployment agency-swarm-mcp' }).check()
  await main(page)
    .getByRole('button', { name: /^Adopt/ })
    .click()
  await confirm(page, /^Adopt/)
  await expect(page.getByText('The cluster is as the release says')).toBeVisible({ timeout: 60_000 })
  expect(await kubectl(cluster, mcp)).toBe('2')
})

test('a broken image stops the deployment, says why, and is undone', async ({ cluster }) => {
  const { page } = app
  await plan(page, { values: 'images:\n  suite: agency-swarm/missing:1\n' })
  await apply(page)
  const failure = page.getByTestId('deploy-failure')
  await expect(failure).toContainText(/ImagePullBackOff|ErrImagePull/, { timeout: clusterTime })
  await expect(failure).toContainText('agency-swarm/missing:1')
  await undo(page)
  await healthy(cluster)
  expect(await images(cluster)).not.toContain('missing')
})

test('a rollback returns workloads and configuration, and states first what happens to the database', async ({
  cluster,
}) => {
  const { page } = app
  await view(page, 'Releases').click()
  const first = page.getByRole('grid', { name: 'Releases' }).getByRole('row').last()
  await expect(first).toContainText(earlier)
  await expect(first).toContainText(/stays/i)
  await first.getByRole('button', { name: /Roll back/ }).click()
  await expect(page.getByText('Planned, nothing changed')).toBeVisible({ timeout: 60_000 })
  await expect(main(page).getByText(`Roll back to ${earlier}`)).toBeVisible()
  await expect(planned(page, 'agency-swarm-backend')).toBeVisible()
  const undecided = page.getByRole('button', { name: 'Take all' })
  if (await undecided.isVisible()) await undecided.click()
  await apply(page)
  await deployed(page)
  await healthy(cluster)
  expect(await images(cluster)).toContain(`agency-swarm/suite:${earlier}`)
  expect(await sql(cluster, namespace, migrations)).toBe('3')
})

test('a second cluster gets the same release with other values', async () => {
  const { page } = app
  await openContext(page, 'e2e-second')
  await deploy(page, { version: earlier, values: 'replicas:\n  frontend: 2\n' })
  const frontend = [
    '-n',
    namespace,
    'get',
    'deployment',
    'agency-swarm-frontend',
    '-o',
    'jsonpath={.spec.replicas} {.status.readyReplicas}',
  ]
  expect(await kubectl(second, frontend)).toBe('2 2')
})

const healthy = (cluster: TestCluster) =>
  kubectl(cluster, ['-n', namespace, 'wait', 'deployment', '--all', '--for=condition=Available', '--timeout=180s'])

/** The images of all Deployments. */
const images = (cluster: TestCluster) =>
  kubectl(cluster, [
    ...['-n', namespace, 'get', 'deployments'],
    ...['-o', 'jsonpath={.items[*].spec.template.spec.containers[*].image}'],
  ])
