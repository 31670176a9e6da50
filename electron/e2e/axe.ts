import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/**
 * Axe's violations in the current page: one line per element, with its rule and selector.
 * @param where names what is shown, for the line
 */
export async function violations(page: Page, where: string, rules: 'all rules' | 'colours'): Promise<string[]> {
  // Legacy mode: the other one opens a second page for its report, which an Electron window cannot.
  const axe = new AxeBuilder({ page }).setLegacyMode()
  const { violations: found } = await (
    rules === 'colours' ? axe.withRules(['color-contrast', 'link-in-text-block']) : axe
  ).analyze()
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html }) => `${where}: ${id} at ${target.join(' ')}: ${html.slice(0, 160)}`),
  )
}
