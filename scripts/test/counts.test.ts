import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JSONReport } from '@playwright/test/reporter'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../setup/projectRoot.ts'
import { run } from '../setup/run.ts'
import { orHidden, together, type Outcome } from './outcome.ts'
import { playwrightOutcome } from './playwrightReport.ts'
import { summaryOf } from './summary.ts'

// Both runners really run, over three tests that pass, pass at the second try, and fail.
const three = (runner: string) => `import { existsSync, writeFileSync } from 'node:fs'
import { expect, test } from '${runner}'
const mark = new URL('tried', import.meta.url)
test('passes', () => expect(1).toBe(1))
test('needs a second try', () => {
  const isSecond = existsSync(mark)
  writeFileSync(mark, '')
  expect(isSecond).toBe(true)
})
test('fails', () => expect(1).toBe(2))
`
const broken = `throw new Error('does not load')`

let folder: string
beforeAll(async () => {
  await mkdir(join(projectRoot, 'out'), { recursive: true })
  folder = await mkdtemp(join(projectRoot, 'out', 'counts-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function files(content: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(folder, 'run-'))
  for (const [name, text] of Object.entries(content)) await writeFile(join(root, name), text)
  return root
}

async function vitest(content: Record<string, string>): Promise<Outcome> {
  const root = await files({ ...content, 'vitest.config.ts': 'export default { test: { retry: 1 } }' })
  const report = join(root, 'report', 'outcome.json')
  const reporter = join(projectRoot, 'scripts/test/vitestReporter.ts')
  const program = join(projectRoot, 'node_modules/vitest/vitest.mjs')
  const failed = await run(process.execPath, [program, 'run', '--root', root, `--reporter=${reporter}`], {
    cwd: root,
    env: { ...process.env, CONSOLE_TEST_OUTCOME: report },
  }).then(
    () => false,
    () => true,
  )
  return orHidden(JSON.parse(await readFile(report, 'utf8')) as Outcome, failed)
}

async function playwright(content: Record<string, string>): Promise<Outcome> {
  const root = await files({
    ...content,
    'playwright.config.ts': 'export default { retries: 1, reporter: "json", outputDir: "results" }',
  })
  const report = join(root, 'report.json')
  const program = join(projectRoot, 'node_modules/@playwright/test/cli.js')
  const failed = await run(process.execPath, [program, 'test', '--config', root], {
    cwd: root,
    env: { ...process.env, PLAYWRIGHT_JSON_OUTPUT_NAME: report },
  }).then(
    () => false,
    () => true,
  )
  return orHidden(playwrightOutcome(JSON.parse(await readFile(report, 'utf8')) as JSONReport, 'e2e'), failed)
}

describe('the counts of a run', () => {
  it('tell a second try from a first, by vitest', async () => {
    const outcome = await vitest({ 'three.test.js': three('vitest') })
    expect(outcome).toMatchObject({ passed: 1, failed: 1, skipped: 0 })
    expect(outcome.flaky).toEqual([{ file: 'three.test.js', title: 'needs a second try' }])
    expect(outcome.files).toEqual([{ file: 'three.test.js', ms: expect.any(Number) as number }])
  })

  it('tell a second try from a first, by Playwright', async () => {
    const outcome = await playwright({ 'three.test.ts': three('@playwright/test') })
    expect(outcome).toMatchObject({ passed: 1, failed: 1, skipped: 0 })
    expect(outcome.flaky).toEqual([{ file: 'e2e/three.test.ts', title: 'needs a second try' }])
    expect(outcome.files).toEqual([{ file: 'e2e/three.test.ts', ms: expect.any(Number) as number }])
  })

  it('hold a file that does not load as one failure', async () => {
    const passing = `import { test } from 'vitest'\ntest('passes', () => undefined)\n`
    expect(await vitest({ 'broken.test.js': broken, 'fine.test.js': passing })).toMatchObject({
      passed: 1,
      failed: 1,
    })
    expect(await playwright({ 'broken.test.ts': broken })).toMatchObject({ passed: 0, failed: 1 })
  })
})

describe('the summary', () => {
  const outcome: Outcome = {
    passed: 40,
    failed: 2,
    skipped: 0,
    flaky: [{ file: 'a/b.test.ts', title: 'pages and pods' }],
    files: Array.from({ length: 12 }, (_, index) => ({ file: `f${index}.test.ts`, ms: index * 1000 })),
  }

  it('ends with the counts, names what was flaky and the ten slowest files', () => {
    const lines = summaryOf([{ part: 'unit', ms: 83_000, outcome }])
    expect(lines.at(-1)).toBe('40 passed, 1 flaky, 2 failed')
    expect(lines).toContain('  unit       1 min 23 s')
    expect(lines).toContain('  a/b.test.ts: pages and pods')
    const named = lines.filter((line) => /f\d+\.test/.test(line))
    expect(named).toHaveLength(10)
    expect(named[0]).toBe('    0 min 11 s  f11.test.ts')
  })

  it('adds the parts up', () => {
    expect(together([outcome, outcome])).toMatchObject({ passed: 80, failed: 4 })
    expect(summaryOf([]).at(-1)).toBe('0 passed, 0 flaky, 0 failed')
  })
})
