import { runChecks } from './test/checks.ts'

// `npm run check`: types, boundaries and unused code of everything, lint and format of what changed; `-- all`: everything, as `npm test` does.
process.exitCode = (await runChecks(process.argv.includes('all') ? 'whole' : 'changed')) === 0 ? 0 : 1
