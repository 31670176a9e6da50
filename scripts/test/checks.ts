import { join } from 'node:path'
import { projectRoot } from '../setup/projectRoot.ts'
import { run } from '../setup/run.ts'

const bin = (name: string) => join(projectRoot, 'node_modules', name)

/** Title, and the script that node runs with its arguments. */
const checks: [title: string, script: string, args: string[]][] = [
  ['types', bin('@typescript/native/bin/tsc'), ['--noEmit', '-p', 'tsconfig.json']],
  [
    'lint',
    bin('eslint/bin/eslint.js'),
    ['.', '--max-warnings', '0', '--cache', '--cache-location', 'node_modules/.cache/eslint/'],
  ],
  [
    'boundaries',
    bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    ['electron', 'renderer', 'shared', 'server', 'scripts'],
  ],
  ['unused code', bin('knip/bin/knip.js'), []],
  ['format', bin('prettier/bin/prettier.cjs'), ['--check', '--log-level', 'warn', '.']],
]

/** Runs all of them, prints one line each and what failed. Returns how many failed. */
export async function runChecks(): Promise<number> {
  let failed = 0
  for (const [title, script, args] of checks) {
    const started = Date.now()
    try {
      await run(process.execPath, [script, ...args], { cwd: projectRoot })
      console.log(`check: ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
    } catch (error) {
      failed += 1
      console.log(`check: ${title} FAILED\n${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return failed
}
