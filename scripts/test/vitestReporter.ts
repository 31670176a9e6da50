import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Reporter, TestModule } from 'vitest/node'
import { together, type Outcome } from './outcome.ts'

/** The environment variable that names the file for the outcome. */
export const outcomeVariable = 'CONSOLE_TEST_OUTCOME'

/** Writes the outcome of a vitest run as JSON: vitest's own JSON report does not tell a second try from a first. */
export default class OutcomeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const outcome = together(modules.map(outcomeOf))
    outcome.failed += unhandled.length
    const file = process.env[outcomeVariable]
    if (!file) throw new Error(`${outcomeVariable} names no file.`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify(outcome))
  }
}

/** A file whose hooks or imports fail has no failed test: it counts as one failure. */
function outcomeOf(module: TestModule): Outcome {
  const outcome: Outcome = {
    passed: 0,
    failed: 0,
    skipped: 0,
    flaky: [],
    files: [{ file: module.relativeModuleId, ms: module.diagnostic().duration }],
  }
  for (const test of module.children.allTests()) {
    const { state } = test.result()
    if (state === 'failed') outcome.failed += 1
    else if (state !== 'passed') outcome.skipped += 1
    else if (test.diagnostic()?.flaky) outcome.flaky.push({ file: module.relativeModuleId, title: test.fullName })
    else outcome.passed += 1
  }
  if (module.state() === 'failed' && outcome.failed === 0) outcome.failed = 1
  return outcome
}
