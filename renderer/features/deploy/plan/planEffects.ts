import type { Plan, PlannedResource } from '#shared/contract/plan.ts'
import { plural } from '../../../kit/index.ts'
import { conflictsOf, type Decisions } from './decisions.ts'

/** What the person chose for a plan, beside the plan itself. */
export interface Choices {
  decisions: Decisions
  prune: ReadonlySet<string>
  safetyBackup: boolean
}

export const allResources = (plan: Plan): PlannedResource[] => plan.stages.flatMap((stage) => stage.resources)

/** `agency-swarm-backend` as people call it: `backend`. */
export const shortName = (name: string) => name.replace(/^agency-swarm-(?=.)/, '')

export function podsToRestart(plan: Plan): { total: number; names: string[] } {
  const restarting = allResources(plan).filter(({ restartsPods }) => restartsPods > 0)
  return {
    total: restarting.reduce((sum, { restartsPods }) => sum + restartsPods, 0),
    names: restarting.map(({ name, restartsPods }) => `${shortName(name)} ${restartsPods}`),
  }
}

const named = (rows: readonly { kind: string; name: string }[]): string => {
  if (rows.length === 0) return 'nothing'
  const shown = rows.slice(0, 3).map((row) => `${row.kind} ${shortName(row.name)}`)
  const more = rows.length - shown.length
  return `${rows.length}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** The blast radius of a plan with the choices made, as rows of the question before it is deployed. */
export function effectsOf(plan: Plan, choices: Choices, namespace: string): { title: string; detail: string }[] {
  const by = (action: PlannedResource['action']) => allResources(plan).filter((resource) => resource.action === action)
  const pods = podsToRestart(plan)
  const replaced = by('replace')
  const pruned = plan.prune.filter((resource) => choices.prune.has(resource.id))
  const rows = [
    { title: 'Where', detail: `namespace ${namespace}, profile ${plan.profile}` },
    {
      title: 'Restarts',
      detail: pods.total === 0 ? 'no running pod' : `${plural(pods.total, 'pod')}: ${pods.names.join(', ')}`,
    },
    { title: 'Created', detail: named(by('create')) },
    { title: 'Changed', detail: named([...by('change'), ...by('conflict')]) },
  ]
  if (replaced.length > 0) rows.push({ title: 'Replaced', detail: `${named(replaced)}; deleted and re-created` })
  if (plan.prune.length > 0) rows.push({ title: 'Deleted', detail: prunedWords(plan, pruned) })
  const owners = ownerWords(plan, choices.decisions)
  if (owners) rows.push({ title: 'Other owners', detail: owners })
  rows.push({ title: 'Database', detail: schemaWords(plan) })
  rows.push({
    title: 'Backup',
    detail: choices.safetyBackup ? 'taken before anything is changed' : 'none is taken first',
  })
  rows.push({ title: 'Going back', detail: undoWords(plan, choices.safetyBackup) })
  return rows
}

function prunedWords(plan: Plan, pruned: readonly { kind: string; name: string }[]): string {
  const kept = plan.prune.length - pruned.length
  return `${named(pruned)}${kept > 0 ? `; ${kept} no longer in the release ${kept === 1 ? 'stays' : 'stay'}` : ''}`
}

function ownerWords(plan: Plan, decisions: Decisions): string {
  const conflicts = conflictsOf(plan)
  if (conflicts.length === 0) return ''
  const taken = conflicts.filter(({ key }) => decisions[key] === 'take').length
  const kept = conflicts.length - taken
  const parts = []
  if (kept > 0) parts.push(`${plural(kept, 'field')} left as set`)
  if (taken > 0) parts.push(`${plural(taken, 'field')} taken over`)
  return parts.join(', ')
}

function schemaWords(plan: Plan): string {
  const { migrations, detail, state } = plan.schema
  if (state === 'none') return detail || 'no migration runs'
  return migrations.length > 0 && state === 'forward'
    ? `${plural(migrations.length, 'migration')}: ${migrations.join(', ')}. ${detail}`
    : detail
}

function undoWords(plan: Plan, hasBackup: boolean): string {
  const objects = 'Undo puts changed objects back and deletes created ones; volumes stay.'
  if (plan.schema.state !== 'forward') return objects
  return `${objects} The schema stays${hasBackup ? '; the backup taken first goes back further' : ''}.`
}

/** Said first and in amber, where something cannot be undone or the database does not follow. */
export function warningOf(plan: Plan, choices: Choices): string | undefined {
  if (plan.schema.state === 'restore') return `The database does not go back with this. ${plan.schema.detail}`
  const pruned = plan.prune.filter((resource) => choices.prune.has(resource.id)).length
  if (pruned > 0)
    return `${plural(pruned, 'object')} that the release no longer has ${pruned === 1 ? 'is' : 'are'} deleted.`
  return undefined
}
