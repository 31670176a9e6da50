import { expect, type Locator, type Page } from '@playwright/test'
import type { DemoStep } from './walk.ts'

/** Milliseconds for what a cluster does: images, start-up probes, a dump. Two busy cores need the room. */
const clusterTime = 240_000

const rail = (page: Page, title: string): Locator =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: title, exact: true })
const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name })
const dialog = (page: Page): Locator => page.getByRole('dialog')

/** The main job of an administrator, from an empty machine to a restored database. */
export const steps: DemoStep[] = [
  {
    title: 'Connect: start the sandbox and see it healthy',
    picture: 'fleet',
    act: async (page) => {
      await button(page, 'Start the sandbox').first().click()
      await expect(page.getByText(/not deployed/i).first()).toBeVisible({ timeout: clusterTime })
    },
  },
  {
    title: 'Deploy: plan with a dry run on the server',
    picture: 'plan',
    act: async (page) => {
      await page
        .getByRole('row', { name: /sandbox/ })
        .first()
        .dblclick()
      await rail(page, 'Deploy').click()
      await page.getByTestId('deploy-plan').getByRole('button').click()
      await expect(page.getByTestId('deploy-apply').getByRole('button')).toBeEnabled({ timeout: clusterTime })
    },
  },
  {
    title: 'Deploy: apply stage by stage',
    picture: 'deploying',
    act: async (page) => {
      await page.getByTestId('deploy-apply').getByRole('button').click()
      await dialog(page)
        .getByRole('button', { name: /^Deploy/ })
        .click()
      await expect(page.getByText('Migrations').first()).toBeVisible()
      await page.waitForTimeout(6_000)
    },
  },
  {
    title: 'Deploy: everything is ready',
    picture: 'deploy',
    act: async (page) => {
      await expect(
        page
          .getByText('Installed now')
          .or(page.getByText(/Deployed/))
          .first(),
      ).toBeVisible({ timeout: clusterTime })
    },
  },
]
