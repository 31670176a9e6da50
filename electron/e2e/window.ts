import { expect, type Locator, type Page } from '@playwright/test'

/** Milliseconds for what a cluster does: start-up probes, a dump, a restart of the suite. Busy machines need the room. */
export const clusterTime = 240_000

/** An entry of the rail. */
export const rail = (page: Page, title: string): Locator =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: title, exact: true })

/** The button that a test id marks. */
export const marked = (page: Page, id: string): Locator => page.getByTestId(id).first().getByRole('button').first()

export const dialog = (page: Page): Locator => page.getByRole('dialog')

/** What the fleet says of a context: the row of its cluster, or its entry there where several contexts lead to one cluster. */
export function fleetRow(page: Page, context: string): Locator {
  const name = page.locator(`[data-context="context:${context}"]`)
  const entry = page.getByRole('listitem').filter({ has: wayTo(page, context) })
  return page.locator('[data-row]').filter({ has: name }).or(entry)
}

const wayTo = (page: Page, context: string): Locator => page.getByRole('button', { name: context, exact: true })

/** The row of a table by what it says. */
export const row = (page: Page, name: RegExp): Locator => page.getByRole('row', { name }).first()

/** The page as such, without rail, dock and dialogs. */
export const main = (page: Page): Locator => page.getByRole('main')

/** What the terminal in front shows. */
export const screen = (page: Page): Locator => page.locator('.xterm-rows:visible').last()

/** Opens a context from the fleet, as soon as it can be reached. */
export async function openContext(page: Page, context: string): Promise<void> {
  await rail(page, 'Fleet').click()
  await expect(fleetRow(page, context)).toContainText(/healthy|warning|limited|degraded/i, { timeout: 60_000 })
  const row = page.locator('[data-row]').filter({ has: page.locator(`[data-context="context:${context}"]`) })
  await row.or(fleetRow(page, context).getByRole('button', { name: context, exact: true })).click()
  await expect(page.getByRole('button', { name: `Cluster ${context}` })).toBeVisible()
}

/** Types a command into the terminal in front, at its prompt, and waits for what it must print. */
export async function enter(page: Page, command: string, outcome: RegExp): Promise<void> {
  await expect(screen(page)).toContainText(/[$#%>] /, { timeout: 30_000 })
  await page.locator('.xterm-helper-textarea').last().focus()
  await page.keyboard.type(command)
  await page.keyboard.press('Enter')
  await expect(screen(page)).toContainText(outcome, { timeout: 60_000 })
}

/** Answers the confirmation in front. */
export async function confirm(page: Page, label: RegExp): Promise<void> {
  await dialog(page).getByRole('button', { name: label }).click()
}

/** Plans and starts a deployment; does not wait for its end. */
export async function startDeployment(page: Page): Promise<void> {
  await rail(page, 'Deploy').click()
  await marked(page, 'deploy-plan').click()
  await expect(marked(page, 'deploy-apply')).toBeEnabled({ timeout: 60_000 })
  await marked(page, 'deploy-apply').click()
  await confirm(page, /^Deploy/)
}

export async function deploymentDone(page: Page): Promise<void> {
  await expect(main(page).getByText(/^Deployed /)).toBeVisible({ timeout: clusterTime })
}

/** Takes a backup by the button and waits until it is listed. */
export async function takeBackup(page: Page): Promise<void> {
  await rail(page, 'Backups').click()
  await expect(page.getByText('Loading backups')).toBeHidden()
  const known = await backups(page).count()
  const progress = page.getByTestId('backup-progress')
  const seen = progress.waitFor()
  await page.getByTestId('backup-now').getByRole('button').click()
  await seen
  await expect(backups(page)).toHaveCount(known + 1, { timeout: clusterTime })
  await expect(progress).toBeHidden({ timeout: clusterTime })
}

/** The listed backups. */
export const backups = (page: Page): Locator => page.getByRole('grid', { name: 'All backups' }).locator('[data-row]')

/** The step of a task that is being worked on, in a deployment, a backup or a restore. */
export const runningStep = (page: Page, title: RegExp): Locator =>
  page.locator('[aria-current="step"]').filter({ hasText: title })
