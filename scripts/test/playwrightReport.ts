import type { JSONReport, JSONReportSuite } from '@playwright/test/reporter'
import { nothing, together, type Outcome } from './outcome.ts'

/** The outcome of Playwright's JSON report, without errors outside of tests; every try of a test counts for its file's time. */
export function playwrightOutcome(report: JSONReport, folder: string): Outcome {
  const files = report.suites.map((suite) => {
    const outcome = outcomeOf(suite, `${folder}/${suite.file}`)
    return { ...outcome, files: [{ file: `${folder}/${suite.file}`, ms: timeOf(suite) }] }
  })
  return together(files)
}

function outcomeOf(suite: JSONReportSuite, file: string): Outcome {
  const own = suite.specs.flatMap((spec) =>
    spec.tests.map(({ status }): Outcome => {
      if (status === 'flaky') return { ...nothing, flaky: [{ file, title: spec.title }] }
      return { ...nothing, [{ expected: 'passed', unexpected: 'failed', skipped: 'skipped' }[status]]: 1 }
    }),
  )
  return together([...own, ...(suite.suites ?? []).map((inner) => outcomeOf(inner, file))])
}

function timeOf(suite: JSONReportSuite): number {
  const tries = suite.specs.flatMap((spec) => spec.tests.flatMap((test) => test.results))
  const own = tries.reduce((sum, { duration }) => sum + duration, 0)
  return own + (suite.suites ?? []).reduce((sum, inner) => sum + timeOf(inner), 0)
}
