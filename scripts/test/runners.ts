import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JSONReport } from '@playwright/test/reporter'
import { openDisplay } from '../setup/display.ts'
import { electronRuntime } from '../setup/electronRuntime.ts'
import { projectRoot } from '../setup/projectRoot.ts'
import { run } from '../setup/run.ts'
import { noReport, orHidden, type Outcome } from './outcome.ts'
import { playwrightOutcome } from './playwrightReport.ts'
import { outcomeVariable } from './vitestReporter.ts'

const reports = join(projectRoot, 'out', 'test')

/** Runs vitest projects, or those of their files whose path contains one of `files`. */
export async function runVitest(projects: string[], files: string[] = []): Promise<Outcome> {
  const report = join(reports, `vitest-${projects.join('-')}.json`)
  const args = ['run', '--reporter=default', `--reporter=${join(projectRoot, 'scripts/test/vitestReporter.ts')}`]
  const hasFailed = await attempt(
    join(projectRoot, 'node_modules/vitest/vitest.mjs'),
    [...args, ...projects.flatMap((project) => ['--project', project]), ...files],
    { ...process.env, [outcomeVariable]: report },
  )
  return existsSync(report) ? orHidden(await readJson<Outcome>(report), hasFailed) : noReport
}

/** Runs the end-to-end tests in the real window, on a virtual display where there is none. */
export async function runPlaywright(): Promise<Outcome> {
  const report = join(reports, 'playwright.json')
  await mkdir(reports, { recursive: true })
  console.log((await electronRuntime(console.log)).description)
  const display = await openDisplay(console.log)
  try {
    const hasFailed = await attempt(join(projectRoot, 'node_modules/@playwright/test/cli.js'), ['test'], {
      ...process.env,
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      ...(display.name === undefined ? {} : { DISPLAY: display.name, CONSOLE_VIRTUAL_DISPLAY: '1' }),
    })
    if (!existsSync(report)) return noReport
    return orHidden(playwrightOutcome(await readJson<JSONReport>(report), 'electron/e2e'), hasFailed)
  } finally {
    display.stop()
  }
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T
}

async function attempt(script: string, args: string[], env = process.env): Promise<boolean> {
  try {
    await run(process.execPath, [script, ...args], { cwd: projectRoot, inherit: true, env })
    return false
  } catch {
    return true // the runner has printed what failed
  }
}
