import { runChecks } from './test/checks.ts'

// `npm run check`: types, lint, boundaries, unused code, format.
process.exitCode = (await runChecks()) === 0 ? 0 : 1
