import { expect, type Locator, type Page } from '@playwright/test'
import { clusterTime, confirm, main, marked, rail } from './window.ts'

export interface Wanted {
  version?: string
  /** YAML. */
  values?: string
}

/** The Deploy page, at the choice of what to deploy. */
export async function openChooser(page: Page): Promise<void> {
  await rail(page, 'Deploy').click()
  await view(page, 'Plan and run').click()
  const again = main(page).getByRole('button', { name: /^(New plan|Discard plan)$/ })
  await expect(again.or(marked(page, 'deploy-plan')).first()).toBeVisible({ timeout: 60_000 })
  if (await again.isVisible()) await again.click()
  await expect(marked(page, 'deploy-plan')).toBeVisible()
}

/** Asks for a plan and waits for it. */
export async function plan(page: Page, { version, values }: Wanted): Promise<void> {
  await openChooser(page)
  if (version !== undefined) await page.getByRole('textbox', { name: 'Another tag' }).fill(version)
  if (values !== undefined) await valuesField(page).fill(values)
  await expect(marked(page, 'deploy-plan')).toBeEnabled()
  await marked(page, 'deploy-plan').click()
  await expect(page.getByText('Planned, nothing changed')).toBeVisible({ timeout: 60_000 })
}

/** Starts what is planned. */
export async function apply(page: Page): Promise<void> {
  await expect(marked(page, 'deploy-apply')).toBeEnabled()
  await marked(page, 'deploy-apply').click()
  await confirm(page, /^(Deploy|Roll back)/)
}

export async function deploy(page: Page, wanted: Wanted): Promise<void> {
  await plan(page, wanted)
  await apply(page)
  await deployed(page)
}

/** Waits for the end of a deployment or a rollback; one that stops says here why. */
export async function deployed(page: Page): Promise<void> {
  const done = main(page).getByText(/^(Deployed|Rolled back to) /)
  const failure = page.getByTestId('deploy-failure')
  await expect(done.or(failure).first()).toBeVisible({ timeout: clusterTime })
  if (await failure.isVisible()) expect(await failure.textContent()).toBe('')
}

/** One of the page's views. */
export const view = (page: Page, title: string): Locator => page.getByRole('tab', { name: new RegExp(`^${title}`) })

export const valuesField = (page: Page): Locator => page.getByRole('textbox', { name: 'Values as YAML' })

/** A planned object by kind and name. */
export const planned = (page: Page, name: string): Locator =>
  page.getByRole('list', { name: 'Planned resources' }).getByRole('listitem').filter({ hasText: name }).first()

/** Takes the newest deployment back and waits for the end. */
export async function undo(page: Page): Promise<void> {
  await main(page)
    .getByRole('button', { name: /^Undo…/ })
    .first()
    .click()
  await confirm(page, /^Undo/)
  await expect(main(page).getByText('The deployment was undone.')).toBeVisible({ timeout: clusterTime })
}
