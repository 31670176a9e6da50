import { expect, type Locator, type Page } from '@playwright/test'
import type { DemoStep } from './walk.ts'

/** Milliseconds for what a cluster does: start-up probes, a dump, a restart of the suite. Busy machines need the room. */
const clusterTime = 240_000

const rail = (page: Page, title: string): Locator =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: title, exact: true })
const marked = (page: Page, id: string): Locator => page.getByTestId(id).first().getByRole('button').first()
const dialog = (page: Page): Locator => page.getByRole('dialog')
const row = (page: Page, name: RegExp): Locator => page.getByRole('row', { name }).first()
/** What the terminal in front shows. */
const screen = (page: Page): Locator => page.locator('.xterm-rows:visible').last()

/** Types a command into the terminal in front and waits for what it must print. */
async function enter(page: Page, command: string, outcome: RegExp): Promise<void> {
  await expect(screen(page)).toContainText(/[$#%>] /, { timeout: 30_000 })
  await page.locator('.xterm-helper-textarea:visible').last().focus()
  await page.keyboard.type(command)
  await page.keyboard.press('Enter')
  await expect(screen(page)).toContainText(outcome, { timeout: 60_000 })
}

/** The main job of an administrator, from an empty machine to a restored database. */
export const steps: DemoStep[] = [
  {
    title: 'Connect: start the sandbox and see it healthy',
    picture: 'fleet',
    act: async (page) => {
      await page.getByRole('button', { name: 'Start the sandbox' }).first().click()
      await expect(page.getByText(/not deployed/i).first()).toBeVisible({ timeout: clusterTime })
    },
  },
  {
    title: 'Deploy: plan with a dry run on the server',
    picture: 'plan',
    act: async (page) => {
      await row(page, /^(?!.*viewer).*sandbox/).dblclick()
      await rail(page, 'Deploy').click()
      await marked(page, 'deploy-plan').click()
      await expect(marked(page, 'deploy-apply')).toBeEnabled({ timeout: clusterTime })
    },
  },
  {
    title: 'Deploy: apply, stage by stage',
    picture: 'deploying',
    act: async (page) => {
      await marked(page, 'deploy-apply').click()
      await dialog(page)
        .getByRole('button', { name: /^Deploy/ })
        .click()
      await expect(page.getByText(/objects applied, postgresql, .*redis ready\./)).toBeVisible({ timeout: clusterTime })
    },
  },
  {
    title: 'Deploy: every stage is done',
    picture: 'deploy',
    act: async (page) => {
      await expect(
        marked(page, 'deploy-plan')
          .or(page.getByText(/Deployed in|Installed|is deployed/))
          .first(),
      ).toBeVisible({ timeout: clusterTime })
    },
  },
  {
    title: 'Watch: the service map, live',
    picture: 'overview',
    act: async (page) => {
      await rail(page, 'Overview').click()
      await expect(page.getByText('agency-swarm-backend').or(page.getByText('backend')).first()).toBeVisible()
      await expect(page.getByText(/all ready/i).first()).toBeVisible({ timeout: clusterTime })
      // Two samples of usage, so that there is something to draw.
      await page.waitForTimeout(12_000)
    },
  },
  {
    title: 'Watch: pods with CPU and memory against requests and limits',
    picture: 'workloads',
    act: async (page) => {
      await rail(page, 'Workloads').click()
      await row(page, /agency-swarm-backend/).dblclick()
      await expect(page.getByText('Owner').first()).toBeVisible()
      await expect(row(page, /postgresql-0.*Mi/)).toBeVisible()
    },
  },
  {
    title: 'Logs: the suite merged on one time axis, searched',
    picture: 'logs',
    act: async (page) => {
      await rail(page, 'Logs').click()
      await expect(page.getByRole('table', { name: 'Log lines' }).getByRole('row').nth(10)).toBeVisible({
        timeout: 60_000,
      })
      await page.getByTestId('logs-search').fill('listening')
      await expect(page.getByText(/\d+ of \d+/).first()).toBeVisible()
    },
  },
  {
    title: 'Terminal: a shell in the database pod',
    picture: 'shell',
    act: async (page) => {
      await page.getByTestId('logs-search').fill('')
      await rail(page, 'Workloads').click()
      await row(page, /postgresql-0/).dblclick()
      await page.getByRole('button', { name: 'Shell' }).first().click()
      await enter(
        page,
        'psql -d agency_swarm -c "select count(*) as knowledge from archon_agent_knowledge"',
        /knowledge\s*-+\s*\d+/,
      )
    },
  },
  {
    title: 'Terminal: kubectl, bound to this context and nothing else',
    picture: 'kubectl',
    act: async (page) => {
      await page.keyboard.press('Control+Shift+T')
      await enter(page, 'kubectl get pods', /agency-swarm-frontend-\S+\s+1\/1/)
      await enter(page, 'kubectl config get-contexts -o name', /sandbox/)
    },
  },
  {
    title: 'Back up: dumped by the pod, hashed, described',
    picture: 'backup',
    act: async (page) => {
      await page.keyboard.press('Control+Backquote')
      await rail(page, 'Backups').click()
      await marked(page, 'backup-now').click()
      await expect(page.getByText('Not verified').first()).toBeVisible({ timeout: clusterTime })
    },
  },
  {
    title: 'Verify: a trial restore into a scratch database, every table compared',
    picture: 'verified',
    act: async (page) => {
      await page.getByRole('button', { name: 'Verify…' }).first().click()
      await dialog(page)
        .getByRole('button', { name: /^Verify/ })
        .click()
      await expect(page.getByText('Verified', { exact: true }).first()).toBeVisible({ timeout: clusterTime })
    },
  },
  {
    title: 'Destroy: all knowledge is deleted',
    picture: 'destroyed',
    act: async (page) => {
      await page.keyboard.press('Control+Backquote')
      await page.getByRole('tab', { name: /postgresql-0/ }).click()
      await enter(page, 'psql -d agency_swarm -c "delete from archon_agent_knowledge"', /DELETE \d+/)
      await enter(
        page,
        'psql -Atd agency_swarm -c "select \'rows left: \' || count(*) from archon_agent_knowledge"',
        /rows left: 0/,
      )
    },
  },
  {
    title: 'Restore: what will happen, and what it affects',
    picture: 'restore',
    act: async (page) => {
      await marked(page, 'restore-open').click()
      await expect(dialog(page).getByText('archon_agent_knowledge')).toBeVisible({ timeout: 60_000 })
    },
  },
  {
    title: 'Restore: one click, verified, swapped, restarted, healthy',
    picture: 'restored',
    act: async (page) => {
      await marked(page, 'restore-confirm').click()
      await expect(dialog(page).getByTestId('undo-restore').getByRole('button')).toBeEnabled({ timeout: clusterTime })
    },
  },
  {
    title: 'The data is back',
    picture: 'back',
    act: async (page) => {
      await page.keyboard.press('Escape')
      await page.getByRole('tab', { name: /postgresql-0/ }).click()
      await enter(
        page,
        'psql -Atd agency_swarm -c "select \'rows again: \' || count(*) from archon_agent_knowledge"',
        /rows again: [1-9]\d*/,
      )
    },
  },
  {
    title: 'Audit: every change is in the chain, and the chain is intact',
    picture: 'audit',
    act: async (page) => {
      await rail(page, 'Security').click()
      await page
        .getByRole('button', { name: /verify/i })
        .first()
        .click()
      await expect(page.getByText(/Chain intact/).first()).toBeVisible()
    },
  },
]
