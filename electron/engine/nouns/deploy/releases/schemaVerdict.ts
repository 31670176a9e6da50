import type { SchemaVerdict } from '#shared/contract/plan.ts'
import { counted } from '../../../objects/objects.ts'
import type { BundleMigration } from '#shared/bundle/index.ts'
import type { ReleaseRecord } from './record.ts'

/** What deploying this bundle does to the database. @param applied what the database has; undefined when it could not be asked */
export function forwardVerdict(
  migrations: readonly BundleMigration[],
  applied: readonly string[] | undefined,
  current: ReleaseRecord | undefined,
): SchemaVerdict {
  const known = applied ?? (current?.schema ? upTo(current.migrations, current.schema) : current ? undefined : [])
  if (!known) {
    const detail = 'The database could not be asked which migrations it has. Those that are missing will run.'
    return { state: 'unknown', detail, migrations: [] }
  }
  const pending = migrations.filter(({ name }) => !known.includes(name))
  const foreign = known.filter((name) => !migrations.some((migration) => migration.name === name))
  if (foreign.length > 0) return backVerdict(foreign, allOf(migrations, current))
  if (pending.length === 0)
    return { state: 'none', detail: 'The database has this schema already; no migration will run.', migrations: [] }
  const breaking = pending.filter(({ previousReleaseRuns }) => !previousReleaseRuns)
  const back =
    known.length === 0
      ? 'The database is new.'
      : breaking.length === 0
        ? 'The release before still runs on the new schema, so going back needs no restore.'
        : `The release before does not run after ${breaking.map(({ name }) => name).join(', ')}: going back means restoring a backup.`
  return {
    state: 'forward',
    detail: `${counted(pending.length, 'migration')} will run. ${back}`,
    migrations: pending.map(({ name }) => name),
  }
}

/** What going back to a release does to the database. @param newer migrations that it does not know */
export function backVerdict(newer: readonly string[], known: readonly BundleMigration[]): SchemaVerdict {
  if (newer.length === 0)
    return { state: 'none', detail: 'The schema is the same; the data stays as it is.', migrations: [] }
  const facts = newer.map((name) => known.find((migration) => migration.name === name))
  const migrations = [...newer]
  if (facts.some((fact) => fact === undefined)) {
    const detail = `Nothing is known here of ${newer.join(', ')}, so it is not known whether that release runs on this schema.`
    return { state: 'unknown', detail, migrations }
  }
  const breaking = facts.flatMap((fact) => (fact?.previousReleaseRuns === false ? [fact.name] : []))
  if (breaking.length === 0) {
    const detail = `The schema stays as ${newer.join(', ')} left it; that release runs on it. The data stays as it is.`
    return { state: 'stays', detail, migrations }
  }
  const detail = `That release does not run on the schema of ${breaking.join(', ')}: the database has to be restored from an earlier backup.`
  return { state: 'restore', detail, migrations }
}

/** Going from the live release back to another. @param records newest first */
export function verdictBetween(
  target: ReleaseRecord,
  records: readonly ReleaseRecord[],
  applied: readonly string[] | undefined,
): SchemaVerdict {
  const newest = records.find(({ schema }) => schema !== '')
  const live = applied ?? (newest && upTo(newest.migrations, newest.schema))
  // Migrations run before the services: a release that stopped half way may have been migrated already.
  const its = target.schema === '' ? undefined : upTo(target.migrations, target.schema)
  if (!live || !its)
    return { state: 'unknown', detail: 'It is not known which schema the database has.', migrations: [] }
  const known = records.flatMap(({ migrations }) => migrations)
  return backVerdict(
    live.filter((name) => !its.includes(name)),
    known,
  )
}

/** The oldest backup that was taken after a release was live and while the database still had its schema. */
export function backupOf(
  target: ReleaseRecord,
  records: readonly ReleaseRecord[],
): { id: string; at: number } | undefined {
  const schemaBefore = (previous: string | null) => records.find(({ id }) => id === previous)?.schema
  const fitting = records.filter(
    ({ startedAt, backupId, previous }) =>
      startedAt > target.startedAt && backupId !== '' && schemaBefore(previous) === target.schema,
  )
  const oldest = fitting.at(-1)
  return oldest && { id: oldest.backupId, at: oldest.startedAt }
}

function upTo(migrations: readonly BundleMigration[], newest: string): string[] {
  const names = migrations.map(({ name }) => name)
  return names.slice(0, names.indexOf(newest) + 1)
}

const allOf = (migrations: readonly BundleMigration[], current: ReleaseRecord | undefined) => [
  ...migrations,
  ...(current?.migrations ?? []),
]
