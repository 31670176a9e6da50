import { utcText } from '#shared/utc.ts'
import type { UnreadKind } from '#shared/contract/unknown.ts'
import { randomUUID } from 'node:crypto'
import type { Fault } from '#shared/contract/base.ts'
import type { Check, Plan, SchemaVerdict } from '#shared/contract/plan.ts'
import { asConsoleError } from '#shared/errors.ts'
import { getObject, type ClusterConnection } from '../../../kube/index.ts'
import type { ApplyRules } from '../applyRules.ts'
import type { RenderedStage } from '#shared/bundle/index.ts'
import { counted, isNotFound } from '../../../objects/objects.ts'
import { whyUnread } from '../../../objects/known.ts'
import { runChecks } from '../preflight/index.ts'
import { unknown } from '../preflight/results.ts'
import type { FieldRef, ReleaseRecord } from '../releases/record.ts'
import { stageTitle, waitsOf } from '../stages.ts'
import { autoscaledIds, isAutoscaler, readFacts } from './clusterFacts.ts'
import { prunable } from './prune.ts'
import { tryObject, type Tried } from './tryObject.ts'

export interface PlanRequest {
  namespace: string
  profile: string
  version: string
  values: string
  rollbackTo: string | null
  /** With the values of secrets. */
  stages: RenderedStage[]
  /** Fields that earlier releases left to others. */
  kept: readonly FieldRef[]
  /** Newest first. */
  records: readonly ReleaseRecord[]
  schema: SchemaVerdict
  /** Where going back needs a restore: the backup to restore. */
  backup: { id: string; at: number } | undefined
  now: number
  signal?: AbortSignal
}

/** `hidden`: you may not read it; it is taken for one that exists, and the other requests say whether it does. */
type NamespaceState = 'absent' | 'active' | 'terminating' | 'hidden'

export async function namespaceState(
  connection: ClusterConnection,
  name: string,
  signal?: AbortSignal,
): Promise<NamespaceState> {
  try {
    const ref = { apiVersion: 'v1', kind: 'Namespace', name }
    const namespace = await getObject(connection, ref, { signal })
    return namespace.metadata.deletionTimestamp === undefined ? 'active' : 'terminating'
  } catch (error) {
    if (isNotFound(error)) return 'absent'
    if (asConsoleError(error).code === 'FORBIDDEN') return 'hidden'
    throw error
  }
}

/** What deploying would do, asked of the server object by object. Changes nothing. */
export async function makePlan(connection: ClusterConnection, request: PlanRequest): Promise<Plan> {
  const { namespace, stages, records, schema, signal } = request
  const state = await namespaceState(connection, namespace, signal)
  const all = stages.flatMap(({ objects }) => objects)
  const live = await readFacts(connection, namespace, signal)
  const facts = { ...live, autoscalers: [...live.autoscalers, ...all.filter(isAutoscaler)] }
  const rulesOf = rulesFor(request.kept, [], autoscaledIds(facts.autoscalers))
  const namespaceExists = state === 'active' || state === 'hidden'
  const around = { namespaceExists, facts, all, rulesOf, signal }
  const tried = new Map<string, Tried[]>()
  for (const { id, objects } of stages) {
    tried.set(id, await Promise.all(objects.map((object) => tryObject(connection, object, around))))
  }
  const results = [...tried.values()].flat()
  const [checks, prune] = await Promise.all([
    runChecks({ connection, namespace, objects: all, signal }),
    namespaceExists ? prunable(connection, records, all, signal) : { pruned: [], unread: [] },
  ])
  const database = databaseCheck(request)
  return {
    id: randomUUID(),
    rollbackTo: request.rollbackTo,
    profile: request.profile,
    version: request.version,
    values: request.values,
    stages: stages.map(({ id, objects }) => ({
      id,
      title: stageTitle(id),
      waits: waitsOf(objects),
      resources: (tried.get(id) ?? []).map(({ resource }) => resource),
    })),
    prune: prune.pruned,
    checks: [
      namespaceCheck(namespace, state),
      dryRunCheck(results),
      ...factsCheck(live.unread, prune.unread),
      ...database,
      ...checks,
    ],
    schema,
    blockers:
      state === 'terminating'
        ? [terminating(namespace)]
        : [...results.flatMap(({ blocker }) => blocker ?? []), ...failedChecks([...database, ...checks])],
    madeAt: request.now,
  }
}

/** The decisions about each object. */
export function rulesFor(
  kept: readonly FieldRef[],
  taken: readonly FieldRef[],
  autoscaled: ReadonlySet<string>,
): (id: string) => ApplyRules {
  const fieldsOf = (refs: readonly FieldRef[], id: string) =>
    refs.filter((ref) => ref.id === id).map(({ field }) => field)
  return (id) => ({ kept: fieldsOf(kept, id), taken: fieldsOf(taken, id), isAutoscaled: autoscaled.has(id) })
}

const terminating = (namespace: string): Fault => ({
  code: 'NAMESPACE_TERMINATING',
  message: `The namespace ${namespace} is being deleted, and nothing can be created in it. Wait until it is gone, or choose another one.`,
  details: { namespace },
})

const failedChecks = (checks: Check[]): Fault[] =>
  checks
    .filter(({ state }) => state === 'failed')
    .map(({ title, detail, remedy }) => ({
      code: 'DEPLOY_FAILED',
      message: `${title}: ${detail} ${remedy}`.trim(),
      details: {},
    }))

function namespaceCheck(namespace: string, state: NamespaceState): Check {
  const title = 'Namespace'
  if (state === 'active') return { title, state: 'passed', detail: `${namespace} exists.`, remedy: '' }
  if (state === 'absent') return { title, state: 'passed', detail: `${namespace} will be created.`, remedy: '' }
  if (state === 'hidden')
    return {
      title,
      ...unknown(
        `You may not read the namespace ${namespace}, so whether it is being deleted is not known.`,
        'If it does not exist, ask an administrator of the cluster to create it.',
      ),
    }
  return {
    title,
    state: 'failed',
    detail: `${namespace} is being deleted.`,
    remedy: 'Wait until it is gone, or choose another one.',
  }
}

/** What the plan would say more about, had it been read. */
function factsCheck(unread: readonly UnreadKind[], unreadObjects: readonly string[]): Check[] {
  const reasons = [
    ...unread.map(whyUnread),
    ...unreadObjects.map(
      (id) => `You may not read ${id}: whether it is left over from an earlier release is not known.`,
    ),
  ]
  if (reasons.length === 0) return []
  const remedy = 'Ask for the right to read them, or plan again when the cluster answers.'
  return [{ title: 'What else has a say', ...unknown(`Could not be read. ${reasons.join(' ')}`, remedy) }]
}

function dryRunCheck(all: Tried[]): Check {
  const asked = all.filter(({ wasAsked }) => wasAsked)
  const accepted = asked.filter(({ blocker }) => !blocker)
  const conflicts = asked.filter(({ resource }) => resource.action === 'conflict')
  const title = 'Dry run on the server'
  if (accepted.length < asked.length)
    return {
      title,
      state: 'failed',
      detail: `${accepted.length} of ${asked.length} objects accepted.`,
      remedy: 'The objects that are refused say why.',
    }
  if (conflicts.length > 0)
    return {
      title,
      state: 'warning',
      detail: `${asked.length} of ${all.length} objects accepted; others set fields of ${counted(conflicts.length, 'object')}.`,
      remedy: 'Decide for each of these fields whether to keep it or to take it.',
    }
  if (asked.length === all.length)
    return {
      title,
      state: 'passed',
      detail: `${asked.length} of ${all.length} objects accepted, no field conflicts.`,
      remedy: '',
    }
  return {
    title,
    state: 'warning',
    detail: `${asked.length} of ${all.length} objects could be asked for; the others need the namespace first, and are checked while deploying.`,
    remedy: 'To have them checked now, create the namespace and plan again.',
  }
}

/** Said before anything is done: whether the data can follow. */
function databaseCheck({ schema, backup, rollbackTo }: PlanRequest): Check[] {
  const title = 'Database'
  if (schema.state === 'restore') {
    if (!backup)
      return [
        {
          title,
          state: 'failed',
          detail: `${schema.detail} No backup of that time is known.`,
          remedy: 'Stay on this release, or restore a backup of your own first.',
        },
      ]
    const remedy = `Restore backup ${backup.id} of ${utcText(backup.at)} on the Backups page right after. Until then its services may fail, and what was written since is lost.`
    return [{ title, state: 'warning', detail: schema.detail, remedy }]
  }
  const isBack = rollbackTo !== null || schema.state === 'stays'
  if (schema.state === 'unknown' && isBack)
    return [
      {
        title,
        state: 'warning',
        detail: schema.detail,
        remedy: 'Take a backup first, and look at the services afterwards.',
      },
    ]
  return isBack ? [{ title, state: 'passed', detail: schema.detail, remedy: '' }] : []
}
