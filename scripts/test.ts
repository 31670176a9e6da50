import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build, buildServer } from './build/build.ts'
import { ensure } from './setup/ensure.ts'
import { projectRoot } from './setup/projectRoot.ts'
import { runChecks } from './test/checks.ts'
import { runPlaywright, runVitest, type Counts } from './test/runners.ts'

// `npm test` runs everything; `npm run test:unit`, `test:server`, `test:e2e` one part. The last line counts.
const parts = ['check', 'unit', 'server', 'e2e'] as const
type Part = (typeof parts)[number]

async function runPart(part: Part): Promise<Counts> {
  switch (part) {
    case 'check': {
      const failed = await runChecks()
      return { passed: 0, failed }
    }
    case 'unit':
      return runVitest(['shared', 'engine', 'renderer'])
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
const total: Counts = { passed: 0, failed: 0 }
for (const part of chosen) {
  console.log(`\n== ${part}`)
  const { passed, failed } = await runPart(part)
  total.passed += passed
  total.failed += failed
}
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 && (total.passed > 0 || chosen.includes('check')) ? 0 : 1)
