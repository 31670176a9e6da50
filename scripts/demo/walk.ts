import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { projectRoot } from '../setup/projectRoot.ts'

export const pictures = join(projectRoot, 'out', 'demo')

/** One thing an administrator does. Its picture is taken when `act` has seen the outcome in the window. */
export interface DemoStep {
  title: string
  /** File name of the picture, without its number. */
  picture: string
  act: (page: Page) => Promise<void>
}

/** Performs the steps in order, one line each with its duration. Stops at the first that fails, with a picture of it. */
export async function walk(page: Page, steps: DemoStep[]): Promise<number> {
  await rm(pictures, { recursive: true, force: true })
  await mkdir(pictures, { recursive: true })
  for (const [index, { title, picture, act }] of steps.entries()) {
    const number = String(index + 1).padStart(2, '0')
    const started = Date.now()
    try {
      await act(page)
    } catch (error) {
      await page.screenshot({ path: join(pictures, `${number}-${picture}-failed.png`) })
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`step ${number} failed: ${title}\n${reason}`, { cause: error })
    }
    await page.screenshot({ path: join(pictures, `${number}-${picture}.png`), animations: 'disabled' })
    console.log(`${number} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  }
  return steps.length
}
