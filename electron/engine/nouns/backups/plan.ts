import type { Scope } from '#shared/contract/base.ts'
import type { RestorePlan, RestoreSource } from '#shared/contract/backups.ts'
import { ConsoleError, faultOf } from '#shared/errors.ts'
import type { DatabaseServer } from '../../ports/databaseServer.ts'
import type { Backups } from './backups.ts'
import { crossingWarning } from './crossing.ts'
import { countRows } from './facts.ts'
import type { Manifest } from './manifest.ts'
import { derivedDatabase } from './names.ts'
import { restoreSteps } from './restore.ts'
import { withMaintenance, withSession } from './sessions.ts'
import { unfitness } from './trial.ts'

/** What a restore would do, found out without changing anything. */
export async function planRestore(backups: Backups, scope: Scope, source: RestoreSource): Promise<RestorePlan> {
  const { backupId } = source
  const suite = backups.sourceOf(source.suite)
  const crossing = backups.crossing(scope, suite)
  const backup = (await backups.catalogue.list(suite, true)).find(({ id }) => id === backupId)
  if (!backup) throw new ConsoleError('NOT_FOUND', 'This backup is not here any more.', { backupId })
  const blockers: RestorePlan['blockers'] = []
  const block = (thrown: unknown) => {
    blockers.push(faultOf(thrown))
  }
  const manifest = await backups.catalogue.checked(suite, backupId).catch(block)
  const server = await backups.serverOf(scope).catch(block)
  let now = new Map<string, number>()
  if (server && manifest) {
    try {
      for (const reason of await withMaintenance(server, (session) => unfitness(server, session, manifest))) {
        block(new ConsoleError('VERIFICATION_FAILED', reason))
      }
      now = await withSession(server, server.database, 'agency-swarm-console', countRows)
    } catch (thrown) {
      block(thrown)
    }
  }
  const planned = backups.plannedFor(scope, 'restore')
  const services = await backups
    .servicesOf(scope)
    .list()
    .catch(() => [])
  return {
    backup,
    crossing,
    steps: restoreSteps.map(({ id, title, group }) => ({
      id,
      title,
      group,
      detail: stepDetails[id] ?? '',
      plannedMs: planned[id],
    })),
    tables: tablesOf(now, manifest ?? undefined),
    effects: effectsOf(server ?? undefined, services),
    blockers,
    warnings: [
      ...(crossing ? [crossingWarning(crossing)] : []),
      ...(backup.state === 'verified'
        ? []
        : ['This backup was not verified yet. It is compared with its manifest before anything live changes.']),
      ...(backup.signedBy?.isThisConsole === false
        ? [
            `This backup was signed by another console, ${backup.signedBy.fingerprint}. It is intact; restore it only if you trust that console.`,
          ]
        : []),
      ...(backup.state !== 'damaged' && backup.fault ? [backup.fault.message] : []),
    ],
  }
}

const stepDetails: Record<string, string> = {
  check: 'Every byte of the archive, versions, extensions and free space.',
  safety: 'A backup of what is there now.',
  fill: 'Beside the live database, which keeps working.',
  verify: 'Rows, contents, sequences, extensions, constraints and indexes.',
  swap: 'Two renames in one transaction; connections are refused for that moment.',
  restart: 'The services connect to the restored data.',
  health: 'Every pod must pass its readiness check, or the previous database comes back.',
}

function tablesOf(now: Map<string, number>, manifest: Manifest | undefined): RestorePlan['tables'] {
  const after = new Map(manifest?.database.tables.map(({ name, rows }) => [name, rows]))
  const names = [...new Set([...now.keys(), ...after.keys()])].sort()
  return names.map((name) => ({ name, now: now.get(name) ?? null, after: after.get(name) ?? null }))
}

function effectsOf(
  server: DatabaseServer | undefined,
  services: { name: string; pods: number }[],
): RestorePlan['effects'] {
  const pods = services.reduce((sum, service) => sum + service.pods, 0)
  const restarted = services.map(({ name }) => name.replace(/^agency-swarm-/, '')).join(', ')
  const kept = server ? derivedDatabase(server.database, 'before', 'time').replace(/_time$/, '_...') : ''
  return [
    { title: 'Replaced', detail: server ? `database ${server.database}` : 'the database' },
    {
      title: 'Restarted',
      detail: services.length > 0 ? `${restarted} (${pods} ${pods === 1 ? 'pod' : 'pods'})` : 'no service found',
    },
    { title: 'Kept', detail: `the previous database, as ${kept}, until you keep or undo the restore` },
  ]
}
