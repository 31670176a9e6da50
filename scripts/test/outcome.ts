/** A test that needed a second try. */
export interface FlakyTest {
  file: string
  title: string
}

/** What one test file cost: its tests and hooks, in milliseconds. */
export interface FileTime {
  file: string
  ms: number
}

/** What a runner found. `passed` are those that passed at the first try; `flaky` ones passed later and are in no other number. */
export interface Outcome {
  passed: number
  failed: number
  skipped: number
  flaky: FlakyTest[]
  files: FileTime[]
}

export const nothing: Outcome = { passed: 0, failed: 0, skipped: 0, flaky: [], files: [] }

/** The outcome of a run that left no report: something failed, and the runner has printed what. */
export const noReport: Outcome = { ...nothing, failed: 1 }

export function together(outcomes: Outcome[]): Outcome {
  const sum = (key: 'passed' | 'failed' | 'skipped') => outcomes.reduce((total, outcome) => total + outcome[key], 0)
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    flaky: outcomes.flatMap((outcome) => outcome.flaky),
    files: outcomes.flatMap((outcome) => outcome.files),
  }
}

/** A runner that ends with an error but names no failed test (a file that does not load, an error outside of a test) has failed once. */
export function orHidden(outcome: Outcome, hasFailed: boolean): Outcome {
  return hasFailed && outcome.failed === 0 ? { ...outcome, failed: 1 } : outcome
}
