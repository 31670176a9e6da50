import { join } from 'node:path'
import { projectRoot } from '../setup/projectRoot.ts'
import { run } from '../setup/run.ts'
import { changedFiles } from './changed.ts'

/** One check: what it is called, and the script that node runs with its arguments. */
interface Check {
  title: string
  script: string
  args: string[]
}

const bin = (name: string) => join(projectRoot, 'node_modules', name)
const rooms = ['electron', 'renderer', 'shared', 'server', 'scripts']
const linted = /\.(ts|tsx|js|cjs)$/

const whole: Check[] = [
  { title: 'types', script: bin('@typescript/native/bin/tsc'), args: ['--noEmit', '-p', 'tsconfig.json'] },
  { title: 'boundaries', script: bin('dependency-cruiser/bin/dependency-cruise.mjs'), args: rooms },
  { title: 'unused code', script: bin('knip/bin/knip.js'), args: [] },
]

const lint = (title: string, files: string[]): Check => ({
  title: `lint ${title}`,
  script: bin('eslint/bin/eslint.js'),
  args: [...files, '--max-warnings', '0', '--no-warn-ignored', '--no-error-on-unmatched-pattern'],
})

const format = (files: string[]): Check => ({
  title: 'format',
  script: bin('prettier/bin/prettier.cjs'),
  args: ['--check', '--log-level', 'warn', '--ignore-unknown', '--no-error-on-unmatched-pattern', ...files],
})

/** Everything. A process lints one room with that room's program alone, so that memory stays bounded. */
function wholeChecks(): Check[] {
  return [...whole, ...rooms.map((room) => lint(room, [room])), lint('root', ['*.ts', '*.js']), format(['.'])]
}

/** Types, boundaries and unused code of everything, lint and format of what changed. */
async function quickChecks(): Promise<Check[]> {
  const changed = await changedFiles(projectRoot)
  const code = changed.filter((file) => linted.test(file))
  const roomOf = (file: string) => rooms.find((room) => file.startsWith(`${room}/`)) ?? 'root'
  const lints = [...rooms, 'root'].flatMap((room) => {
    const files = code.filter((file) => roomOf(file) === room)
    return files.length > 0 ? [lint(room, files)] : []
  })
  return [...whole, ...lints, ...(changed.length > 0 ? [format(changed)] : [])]
}

/** Runs the checks, prints one line each and what failed. Returns how many failed. */
export async function runChecks(extent: 'changed' | 'whole'): Promise<number> {
  let failed = 0
  for (const { title, script, args } of extent === 'whole' ? wholeChecks() : await quickChecks()) {
    const started = Date.now()
    const seconds = () => ((Date.now() - started) / 1000).toFixed(1)
    try {
      // Type-aware lint takes whatever it is given: the limit makes it collect its garbage, and holds on a machine with 4 GB.
      await run(process.execPath, ['--max-old-space-size=2048', script, ...args], { cwd: projectRoot })
      console.log(`check: ${title} (${seconds()} s)`)
    } catch (error) {
      failed += 1
      console.log(`check: ${title} FAILED (${seconds()} s)\n${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return failed
}
