import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, buildServer } from './build/build.ts'
import { ensure } from './setup/ensure.ts'
import { projectRoot } from './setup/projectRoot.ts'
import { runChecks } from './test/checks.ts'
import { nothing, type Outcome } from './test/outcome.ts'
import { runPlaywright, runVitest } from './test/runners.ts'
import { summaryOf, type PartResult } from './test/summary.ts'

// `npm test` runs everything; `npm run test:unit`, `test:server`, `test:e2e` one part. The last line counts.
const parts = ['check', 'unit', 'server', 'e2e'] as const
type Part = (typeof parts)[number]

async function runPart(part: Part): Promise<Outcome> {
  switch (part) {
    case 'check':
      return { ...nothing, failed: await runChecks('whole') }
    case 'unit':
      return runVitest(['shared', 'engine', 'renderer', 'contract'])
    case 'server':
      return runVitest(['server'])
    case 'e2e':
      await build()
      return runPlaywright()
  }
}

const asked = process.argv.slice(2)
const chosen = parts.filter((part) => asked.length === 0 || asked.includes(part))
if (chosen.length === 0) throw new Error(`There is no part "${asked.join(' ')}". The parts are ${parts.join(', ')}.`)

await ensure(['window', 'sandbox', 'tests'])
await rm(join(projectRoot, 'out', 'test'), { recursive: true, force: true })
await buildServer()
const results: PartResult[] = []
for (const part of chosen) {
  console.log(`\n== ${part}`)
  const started = Date.now()
  const outcome = await runPart(part)
  results.push({ part, ms: Date.now() - started, outcome })
}
console.log(`\n${summaryOf(results).join('\n')}`)
const isGreen = results.every(({ outcome }) => outcome.failed === 0)
const hasTested = results.some(({ outcome, part }) => part === 'check' || outcome.passed + outcome.flaky.length > 0)
process.exit(isGreen && hasTested ? 0 : 1)
