import { randomBytes } from 'node:crypto'
import type { Scope } from '#shared/contract/base.ts'
import type { Plan } from '#shared/contract/plan.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { ClusterConnection } from '../../kube/index.ts'
import { withAdoptions } from './adoptions.ts'
import type { Bundle, RenderedStage } from '#shared/bundle/index.ts'
import type { DeploymentsNeeds } from './needs.ts'
import { makePlan } from './plan/plan.ts'
import { currentOf, unfinishedOf, type ReleaseContent, type ReleaseRecord } from './releases/record.ts'
import { backupOf, forwardVerdict, verdictBetween } from './releases/schemaVerdict.ts'
import { renderFor, withSecretValues } from './rendering.ts'

/** What was asked for, from the bundle. */
export interface Wanted {
  profile: string
  version: string
  values: string
}

/** A plan with what it takes to carry it out. */
export interface KeptPlan extends Wanted {
  plan: Plan
  scope: Scope
  release: string
  registry: string
  content: ReleaseContent
  /** Whether other releases came meanwhile shows in it. */
  seen: string
}

interface Planner {
  connection: ClusterConnection
  scope: Scope
  /** Newest first. */
  records: readonly ReleaseRecord[]
  needs: DeploymentsNeeds
  signal: AbortSignal | undefined
}

/** A plan of what the bundle of this console would bring. */
export async function planFromBundle(planner: Planner, bundle: Bundle, wanted: Wanted): Promise<KeptPlan> {
  const { connection, scope, records, needs, signal } = planner
  const registry = needs.imageRegistry()
  const release = releaseName(needs.host.now())
  const request = { ...wanted, registry, release, namespace: scope.namespace }
  const rendered = await renderFor(connection, bundle, request, true, signal)
  const applied = await needs.appliedMigrations(scope, signal)
  const adoptions = newestOf(records)?.adoptions ?? []
  const schema = forwardVerdict(bundle.migrations, applied, currentOf(records))
  const content = {
    values: wanted.values,
    stages: withAdoptions(rendered, adoptions),
    adoptions,
    migrations: bundle.migrations,
  }
  return keep(planner, { ...wanted, registry, release, rendered, content, rollbackTo: null, schema, backup: undefined })
}

/**
 * A plan of going back to a recorded release: its objects as they were. Its migration Job does not run again.
 * @throws ConsoleError NOT_FOUND, BAD_INPUT
 */
export async function planFromRecord(planner: Planner, id: string): Promise<KeptPlan> {
  const { scope, records, needs, signal } = planner
  const target = records.find((record) => record.id === id)
  if (!target) throw new ConsoleError('NOT_FOUND', `The cluster has no record of the release ${id} any more.`)
  if (target.state !== 'done')
    throw new ConsoleError('BAD_INPUT', `The release ${id} was not finished, so it is nothing to go back to.`)
  if (target === currentOf(records) && !unfinishedOf(records))
    throw new ConsoleError('BAD_INPUT', `The release ${id} is live. Drift shows what was changed since.`)
  const applied = await needs.appliedMigrations(scope, signal)
  const stages = target.stages
    .map((stage) => ({ ...stage, objects: stage.objects.filter(({ kind }) => kind !== 'Job') }))
    .filter(({ objects }) => objects.length > 0)
  const { profile, version, values, registry, adoptions, migrations } = target
  return keep(planner, {
    ...{ profile, version, values, registry },
    release: releaseName(needs.host.now()),
    rendered: [],
    content: { values, stages, adoptions, migrations },
    rollbackTo: target.id,
    schema: verdictBetween(target, records, applied),
    backup: backupOf(target, records),
  })
}

interface Draft extends Wanted, Pick<Parameters<typeof makePlan>[1], 'schema' | 'backup' | 'rollbackTo'> {
  registry: string
  release: string
  /** With the values of secrets, where the bundle made them. */
  rendered: RenderedStage[]
  content: Omit<ReleaseContent, 'kept'>
}

async function keep(planner: Planner, draft: Draft): Promise<KeptPlan> {
  const { connection, scope, records, needs, signal } = planner
  const { profile, version, values, registry, release, rendered, rollbackTo, schema, backup } = draft
  const { namespace } = scope
  const content = { ...draft.content, kept: newestOf(records)?.kept ?? [] }
  const stages = await withSecretValues(connection, namespace, content.stages, rendered, true)
  const plan = await makePlan(connection, {
    ...{ namespace, profile, version, values, rollbackTo, stages, records, schema, backup },
    kept: content.kept,
    now: needs.host.now(),
    signal,
  })
  return { plan, scope, profile, version, values, registry, release, content, seen: fingerprint(records) }
}

/** The release whose decisions hold: also of a run that has not finished, but not of one that was taken back. */
const newestOf = (records: readonly ReleaseRecord[]) => records.find(({ state }) => state !== 'undone')

/** Another one when a release came, continued or was taken back. */
export const fingerprint = (records: readonly ReleaseRecord[]) =>
  records.map(({ id, state, doneStages }) => `${id} ${state} ${doneStages.length}`).join('\n')

/** Fits the contract's pattern: lower case, at most 32 characters; it is part of a Job's name. */
export function releaseName(now: number): string {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  return `${time}-${randomBytes(2).toString('hex')}`
}
