import { parseArgs } from 'node:util'
import { databaseVariables, readConfiguration } from '../server/common/configuration.ts'
import { openDatabase } from '../server/database/connection.ts'
import { addVolume } from '../server/database/volume.ts'
import { publishedEnvironment, suiteDirectory } from './suite/directory.ts'

// `npm run suite:seed -- --tasks 100000 [--seed 1]`: realistic volumes for the database that DATABASE_* name, else for the one of the
// `npm run suite` that runs now. It is migrated already; repeating it with the same seed adds nothing.
const { values } = parseArgs({ options: { tasks: { type: 'string' }, seed: { type: 'string', default: '1' } } })
const tasks = Number(values.tasks ?? 10_000)
const seed = Number(values.seed)
if (!Number.isInteger(tasks) || tasks < 1 || tasks > 5_000_000 || !Number.isInteger(seed))
  throw new Error('Say how many: npm run suite:seed -- --tasks 100000 [--seed 1]. At most 5,000,000 at once.')

const isNamed = process.env.DATABASE_HOST !== undefined
const environment = isNamed ? process.env : await publishedEnvironment(suiteDirectory())
if (environment === undefined)
  throw new Error(
    'Set DATABASE_HOST, DATABASE_NAME, DATABASE_USER and DATABASE_PASSWORD, or start `npm run suite` first.',
  )
const settings = readConfiguration(databaseVariables, environment)
const connection = openDatabase(settings, {
  service: 'seed',
  onConnectionLost: (error) => console.error(error.message),
})
try {
  const begin = performance.now()
  const report = await addVolume(connection.tables, { tasks, seed })
  const parts = Object.entries(report).map(([what, count]) => `${count} ${what}`)
  console.log(`${parts.join(', ')} in ${((performance.now() - begin) / 1000).toFixed(1)} s (seed ${seed})`)
} finally {
  await connection.close()
}
