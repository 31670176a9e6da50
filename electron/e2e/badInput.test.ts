import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { imageRegistry } from '#shared/testing/cluster.ts'
import { expect, test } from './app.ts'
import { writeKubeconfig } from './contexts.ts'
import { apply, kubectl, removeNamespace, uniqueNamespace } from './kubectl.ts'
import { openApp, type OpenApp } from './openApp.ts'
import { createOnlooker } from './restricted.ts'
import { dialog, fleetRow, main, marked, openContext, rail, row } from './window.ts'
import { withoutMetrics, type Gateway } from './withoutMetrics.ts'

const namespace = uniqueNamespace('input')
const ending = uniqueNamespace('ending')
let app: OpenApp
let gateway: Gateway

test.beforeAll(async ({ cluster }) => {
  const token = await createOnlooker(cluster, namespace)
  await apply(cluster, shellless(namespace), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: ending },
  })
  await keepAlive(ending)
  gateway = await withoutMetrics(cluster)
  const stranger = Buffer.from(rootCertificates[0] ?? '').toString('base64')
  app = await openApp(cluster, {
    contexts: [
      { name: 'e2e', namespace },
      { name: 'ending', namespace: ending },
      { name: 'onlooker', namespace, user: { token } },
      { name: 'nobody', namespace, user: { token: 'not-a-token' } },
      { name: 'unreachable', cluster: { server: `https://127.0.0.1:${await closedPort()}` } },
      { name: 'stranger', cluster: { 'certificate-authority-data': stranger, 'certificate-authority': undefined } },
      // Without credentials of its own: over http they would be asked about.
      { name: 'unmeasured', namespace, cluster: { server: gateway.server }, user: {} },
    ],
    moreFiles: async (directory) => {
      const malformed = join(directory, 'malformed.yaml')
      const empty = join(directory, 'empty.yaml')
      await writeFile(malformed, 'apiVersion: v1\nkind: Config\nclusters:\n  - name: broken\n   cluster: {server: [\n')
      await writeFile(empty, '')
      return [malformed, empty]
    },
  })

  /** A finalizer that nobody removes keeps the namespace in its deletion. */
  async function keepAlive(name: string): Promise<void> {
    const metadata = { name: 'anchor', namespace: name, finalizers: ['console.test/anchor'] }
    await apply(cluster, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
    await kubectl(cluster, ['delete', 'namespace', name, '--wait=false'])
  }
})

test.afterAll(async ({ cluster }) => {
  try {
    await app.close()
    await gateway.close()
  } finally {
    const finalizers = [
      'patch',
      'configmap',
      'anchor',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/metadata/finalizers"}]',
    ]
    await kubectl(cluster, ['-n', ending, ...finalizers])
    await Promise.all([removeNamespace(cluster, namespace), removeNamespace(cluster, ending)])
  }
})

test('files that are no kubeconfig are named with their line, and all other contexts work', async () => {
  const { page } = app
  await rail(page, 'Fleet').click()
  const problems = page.getByRole('listitem').filter({ has: page.locator('code') })
  await expect(problems.filter({ hasText: /malformed\.yaml:[45]/ })).toContainText(/not valid YAML/)
  await expect(problems.filter({ hasText: /empty\.yaml/ })).toContainText(/empty/)
  await expect(fleetRow(page, 'e2e')).toContainText(/healthy|warning/i, { timeout: 60_000 })
})

test('a cluster where nothing listens says so, and how far the connection came', async () => {
  const { page } = app
  await rail(page, 'Fleet').click()
  await expect(fleetRow(page, 'unreachable')).toContainText('Unreachable', { timeout: 60_000 })
  const steps = page.getByRole('list', { name: 'Steps of the connection to unreachable' })
  await expect(steps).toContainText(/TLS not tried/)
  await expect(page.getByText(/nothing listens at its address/).first()).toBeVisible()
})

test('a cluster with the certificate of another authority is not trusted, and nothing is sent', async () => {
  const { page } = app
  await rail(page, 'Fleet').click()
  await expect(fleetRow(page, 'stranger')).toContainText('Unreachable', { timeout: 60_000 })
  await expect(page.getByText(/cannot be trusted/).first()).toBeVisible()
  await expect(page.getByText(/Compare server and certificate-authority/).first()).toBeVisible()
})

test('credentials the cluster does not know are named as such', async () => {
  await rail(app.page, 'Fleet').click()
  await expect(fleetRow(app.page, 'nobody')).toContainText('Unreachable', { timeout: 60_000 })
  const steps = app.page.getByRole('list', { name: 'Steps of the connection to nobody' })
  await expect(steps.getByRole('listitem').filter({ hasText: 'Sign-in' })).not.toContainText('not tried')
})

test('a context without rights may look; acts are disabled with the reason', async () => {
  const { page } = app
  await openContext(page, 'onlooker')
  await rail(page, 'Workloads').click()
  await expect(page.getByText('Read only.', { exact: true })).toBeVisible()
  await row(page, /shellless/).click()
  const shell = page.getByTestId('terminal-shell-open').getByRole('button')
  await expect(shell).toHaveAttribute('aria-disabled', 'true')
  await shell.hover()
  await expect(page.getByText(/You need the operator role/).first()).toBeVisible()
  await page.keyboard.press('Escape')
  await rail(page, 'Backups').click()
  await expect(page.getByTestId('backup-now').getByRole('button')).toHaveAttribute('aria-disabled', 'true')
})

test('an account that may not read usage is told why figures are missing', async () => {
  const { page } = app
  await openContext(page, 'onlooker')
  await rail(page, 'Workloads').click()
  await expect(page.getByText('CPU and memory are hidden from your account.')).toBeVisible({ timeout: 60_000 })
})

test('a cluster without a metrics API says so, and everything else works', async () => {
  const { page } = app
  await openContext(page, 'unmeasured')
  await rail(page, 'Workloads').click()
  await expect(page.getByText(/This cluster has no metrics API/)).toBeVisible({ timeout: 60_000 })
  await expect(row(page, /shellless/)).toContainText('Running', { timeout: 60_000 })
})

test('a namespace that is being deleted blocks the plan', async () => {
  const { page } = app
  await openContext(page, 'ending')
  await rail(page, 'Deploy').click()
  await marked(page, 'deploy-plan').click()
  await expect(
    main(page)
      .getByRole('alert')
      .filter({ hasText: `The namespace ${ending} is being deleted` }),
  ).toBeVisible({
    timeout: 60_000,
  })
  await expect(marked(page, 'deploy-apply')).toHaveAttribute('aria-disabled', 'true')
})

test('a pod without a shell says so, and the terminal can be tried again', async () => {
  const { page } = app
  await openContext(page, 'e2e')
  await rail(page, 'Workloads').click()
  await expect(row(page, /shellless/)).toContainText('Running', { timeout: 60_000 })
  await row(page, /shellless/).click()
  await marked(page, 'terminal-shell-open').click()
  await expect(page.getByText(/This container has no sh\. Nothing was run/)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('button', { name: 'Open again' })).toBeVisible()
  await page.getByTitle(/^Close sh /).click()
  await page.keyboard.press('Escape')
})

test('nonsense in palette, filters and dialogs is answered, not obeyed', async () => {
  const { page } = app
  const nonsense = `'"><img src=x onerror=alert(1)> ((( [a-z *** ${'ü'.repeat(300)}`
  await openContext(page, 'e2e')
  await page.keyboard.press('Control+k')
  await dialog(page).getByRole('combobox').fill(nonsense)
  await expect(dialog(page).getByText(/^Nothing matches/)).toBeVisible()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()

  await rail(page, 'Workloads').click()
  const filter = page.getByRole('textbox', { name: 'Filter pods' })
  await filter.fill(nonsense)
  await expect(page.getByRole('button', { name: 'Clear filter' }).last()).toBeVisible()
  await expect(row(page, /shellless/)).toBeHidden()
  await filter.fill('')
  await expect(row(page, /shellless/)).toBeVisible()

  await rail(page, 'Logs').click()
  await page.getByRole('button', { name: 'Regular expression' }).click()
  await page.getByTestId('logs-search').fill('(((')
  await expect(page.getByTestId('logs-search')).toHaveAttribute('aria-invalid', 'true')
  await page.getByTestId('logs-search').fill('')
  await page.getByRole('button', { name: 'Regular expression' }).click()

  await page.getByRole('button', { name: /^namespace/ }).click()
  await page.getByRole('textbox', { name: 'Find or name a namespace' }).fill('No Such/Namespace!')
  await expect(page.getByText('use this name')).toHaveCount(0)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: /^namespace/ })).toContainText(namespace)
  expect(await page.locator('img').count()).toBe(0)
})

test('a kubeconfig that breaks while the app runs is named, and its contexts return with it', async ({ cluster }) => {
  const { page } = app
  await rail(page, 'Fleet').click()
  const whole = await readFile(app.kubeconfig, 'utf8')
  await writeFile(app.kubeconfig, `${whole}\n  - {`)
  await expect(page.getByText(/kubeconfig\.yaml:\d+/)).toBeVisible()
  await writeKubeconfig(app.kubeconfig, cluster, [{ name: 'e2e', namespace }])
  await expect(page.getByText(/kubeconfig\.yaml:\d+/)).toBeHidden()
  await expect(fleetRow(page, 'e2e')).toContainText(/healthy|warning/i, { timeout: 60_000 })
  await expect(fleetRow(page, 'stranger')).toHaveCount(0)
})

/** A pod that runs, with no program where programs are looked for. */
function shellless(name: string): object {
  const spec = {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'only',
        image: `${imageRegistry}busybox:1.36`,
        command: ['/bin/sleep', '3600'],
        env: [{ name: 'PATH', value: '/nowhere' }],
      },
    ],
  }
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'shellless', namespace: name }, spec }
}

/** A port of this machine where nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 9
}
