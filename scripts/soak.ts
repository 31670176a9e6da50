import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildServer } from './build/build.ts'
import { ensure } from './setup/ensure.ts'
import { projectRoot } from './setup/projectRoot.ts'
import { run } from './setup/run.ts'
import { runVitest } from './test/runners.ts'
import { summaryOf } from './test/summary.ts'

// `npm run soak`: the tests that repeat (kills, cuts, generated requests), as often as they can. `npm test` runs a few of each.
const tests = (await run('git', ['ls-files', '-z', '*.test.ts'], { cwd: projectRoot })).split('\0').filter(Boolean)
const soaking: string[] = []
for (const file of tests) {
  if ((await readFile(join(projectRoot, file), 'utf8')).includes('/testing/soak.ts')) soaking.push(file)
}
await ensure(['sandbox', 'tests'])
await buildServer()
process.env['CONSOLE_SOAK'] = '1'
const started = Date.now()
const outcome = await runVitest(['shared', 'engine', 'server'], soaking)
console.log(`\n${summaryOf([{ part: 'soak', ms: Date.now() - started, outcome }]).join('\n')}`)
process.exit(outcome.failed === 0 && outcome.passed + outcome.flaky.length > 0 ? 0 : 1)
