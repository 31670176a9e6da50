import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDisplay } from '../setup/display.ts'
import { electronRuntime } from '../setup/electronRuntime.ts'
import { projectRoot } from '../setup/projectRoot.ts'
import { run } from '../setup/run.ts'

export interface Counts {
  passed: number
  failed: number
}

const reports = join(projectRoot, 'out', 'test')

/** Runs vitest projects; a run that ends without a report counts as one failure. */
export async function runVitest(projects: string[]): Promise<Counts> {
  const report = join(reports, `vitest-${projects.join('-')}.json`)
  await mkdir(reports, { recursive: true })
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const failure = await attempt(join(projectRoot, 'node_modules/vitest/vitest.mjs'), [
    ...args,
    ...projects.flatMap((project) => ['--project', project]),
  ])
  if (!existsSync(report)) return { passed: 0, failed: 1 }
  const { numPassedTests, numFailedTests, success } = JSON.parse(await readFile(report, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    success: boolean
  }
  // A file that does not load, or an error outside of a test, fails the run without a failed test.
  const hidden = numFailedTests === 0 && (failure || !success) ? 1 : 0
  return { passed: numPassedTests, failed: numFailedTests + hidden }
}

/** Runs the end-to-end tests in the real window, on a virtual display where there is none. */
export async function runPlaywright(): Promise<Counts> {
  const report = join(reports, 'playwright.json')
  await mkdir(reports, { recursive: true })
  console.log((await electronRuntime(console.log)).description)
  const display = await openDisplay(console.log)
  try {
    const failure = await attempt(join(projectRoot, 'node_modules/@playwright/test/cli.js'), ['test'], {
      ...process.env,
      PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      ...(display.name === undefined ? {} : { DISPLAY: display.name, CONSOLE_VIRTUAL_DISPLAY: '1' }),
    })
    if (!existsSync(report)) return { passed: 0, failed: 1 }
    const { stats } = JSON.parse(await readFile(report, 'utf8')) as {
      stats: { expected: number; unexpected: number; flaky: number }
    }
    const hidden = stats.unexpected === 0 && failure ? 1 : 0
    return { passed: stats.expected + stats.flaky, failed: stats.unexpected + hidden }
  } finally {
    display.stop()
  }
}

async function attempt(script: string, args: string[], env = process.env): Promise<boolean> {
  try {
    await run(process.execPath, [script, ...args], { cwd: projectRoot, inherit: true, env })
    return false
  } catch {
    return true // the runner has printed what failed
  }
}
