import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { projectRoot } from '../setup/projectRoot.ts'

export const pictures = join(projectRoot, 'out', 'demo')

/** Where the READMEs' pictures lie. */
const published = join(projectRoot, 'docs', 'pictures')

/** Takes the pictures of these steps over into the documentation, under their names without number. */
export async function publish(steps: DemoStep[], names: string[]): Promise<void> {
  await mkdir(published, { recursive: true })
  for (const [index, { picture }] of steps.entries()) {
    if (!names.includes(picture)) continue
    await copyFile(join(pictures, fileName(index, picture)), join(published, `${picture}.png`))
  }
}

function fileName(index: number, picture: string): string {
  return `${String(index + 1).padStart(2, '0')}-${picture}.png`
}

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
    await page.screenshot({ path: join(pictures, fileName(index, picture)), animations: 'disabled' })
    console.log(`${number} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
  }
  return steps.length
}
