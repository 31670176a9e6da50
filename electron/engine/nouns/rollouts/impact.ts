import { isDeepStrictEqual } from 'node:util'
import type { Impact } from '#shared/contract/changes.ts'
import type { WorkloadChange } from '#shared/contract/rollouts.ts'
import { readQuantity } from '#shared/quantity.ts'
import { shownChanges } from '../../objects/fields/changes.ts'
import { whyUnread } from '../../objects/known.ts'
import { patchObject, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { demandOf, quotaWarnings, unstatedWarnings } from './capacity.ts'
import { causeOf, patchOf } from './patches.ts'
import { scalingOf } from './scaling.ts'
import { replacementOf } from './strategy.ts'
import { stuckPods } from './stuck.ts'
import { surroundingsOf, type Surroundings } from './surroundings.ts'
import { containersOf, desiredOf, refOf, type Workload, type WorkloadName } from './workload.ts'

/** The blast radius of a change: the server's dry run, and what the cluster says about who notices. Nothing is changed. */
export async function impactOf(
  connection: ClusterConnection,
  name: WorkloadName,
  change: WorkloadChange,
  by: string,
  signal?: AbortSignal,
): Promise<Impact> {
  const around = await surroundingsOf(connection, name, signal)
  const { workload } = around
  const patch = patchOf(around, change, causeOf(workload, change, by), connection.clock.now())
  const told = patch
    ? ((await patchObject(connection, refOf(name), patch.body, {
        type: patch.type,
        dryRun: true,
        ...(patch.subresource && { subresource: patch.subresource }),
        signal,
      })) as Workload)
    : workload
  // The scale subresource answers with a Scale, which has the number alone.
  const after = patch?.subresource
    ? { ...workload, spec: { ...workload.spec, replicas: told.spec?.replicas ?? 0 } }
    : told
  const isNewTemplate = !isDeepStrictEqual(workload.spec?.template, after.spec?.template)
  const consequences = consequencesOf({ ...around, workload: after }, around, change, isNewTemplate)
  const effect = isNewTemplate && replacementOf(around).rolls ? 'restarts the pods' : ''
  return {
    effects: consequences.effects,
    warnings: [...consequences.warnings, ...unreadWarnings(around)],
    changes: shownChanges(workload as KubeObject, after as KubeObject).map((field) => ({
      ...field,
      effect: field.path.startsWith('spec.template') ? effect : '',
    })),
    ...undoOf(around, change, isNewTemplate),
  }
}

interface Consequences {
  effects: string[]
  warnings: string[]
}

function consequencesOf(
  after: Surroundings,
  before: Surroundings,
  change: WorkloadChange,
  isNewTemplate: boolean,
): Consequences {
  const { name } = before.workload.metadata
  if (change.do === 'scale') return scalingOf(before, change.replicas)
  if (change.do === 'unstick') return unstickConsequences(before)
  if (change.do === 'pause')
    return {
      effects: [`Changes of ${name} wait from now on, until it is resumed. Pods that run are not touched.`],
      warnings: pauseWarnings(before),
    }
  if (change.do === 'resume') return resumeConsequences(after)
  if (!isNewTemplate) return { effects: [`${name} is like that already: no pod restarts.`], warnings: [] }
  const replacement = replacementOf(after)
  return {
    effects: replacement.effects,
    warnings: [
      ...replacement.warnings,
      ...capacityWarnings(before, after, replacement.surge),
      ...unstatedWarnings(after.quotas, after.limits, after.workload.spec?.template),
      ...budgetWarnings(after),
      ...limitWarnings(after),
      ...environmentWarnings(change),
      ...trapWarnings(after),
    ],
  }
}

function unstickConsequences({ workload, pods, readAt }: Surroundings): Consequences {
  const stuck = stuckPods(workload, pods, readAt)
  if (stuck.length === 0) return { effects: ['No pod is stuck: nothing would be deleted.'], warnings: [] }
  return {
    effects: stuck.map(
      ({ pod, reason }) => `${pod} is deleted and re-created from the newest revision; its volumes stay. ${reason}`,
    ),
    warnings: [],
  }
}

const pauseWarnings = ({ workload }: Surroundings): string[] =>
  (workload.status?.updatedReplicas ?? 0) < desiredOf(workload)
    ? ['A rollout is under way: it stops where it is, with pods of two revisions.']
    : []

function resumeConsequences(after: Surroundings): Consequences {
  if (after.revisions.some(({ isCurrent }) => isCurrent) && after.revisions[0]?.isCurrent)
    return { effects: ['Nothing has changed while it was paused: no pod restarts.'], warnings: [] }
  const { effects, warnings } = replacementOf(after)
  return { effects: ['What was changed while it was paused rolls out now.', ...effects], warnings }
}

/** Surge pods need room of their own; pods that are replaced need only what they ask for more than before. */
function capacityWarnings(before: Surroundings, after: Surroundings, surge: number): string[] {
  const perPod = demandOf(after.workload, after.limits)
  if (surge > 0) return quotaWarnings(after.quotas, surge, perPod)
  const present = demandOf(before.workload, before.limits)
  // The number of pods stays.
  const more = new Map([...perPod].map(([resource, amount]) => [resource, amount - (present.get(resource) ?? 0)]))
  return quotaWarnings(after.quotas, desiredOf(after.workload), more)
}

function budgetWarnings({ budget }: Surroundings): string[] {
  if (!budget || (budget.status?.disruptionsAllowed ?? 0) > 0) return []
  return [
    `Disruption budget ${budget.metadata?.name ?? ''} allows no disruption now. A rollout is not held up by it, but pods are away that it wants.`,
  ]
}

/** Limits are checked when a pod is created, not when its template is written: too late for whoever made the change. */
function limitWarnings({ workload, limits }: Surroundings): string[] {
  const rules = limits.flatMap(({ metadata, spec }) =>
    (spec?.limits ?? [])
      .filter(({ type }) => type === 'Container')
      .map((limit) => ({ limit, source: metadata?.name ?? '' })),
  )
  return containersOf(workload.spec?.template).flatMap(({ name, resources }) =>
    rules.flatMap(({ limit, source }) => {
      const told: string[] = []
      for (const [resource, most] of Object.entries(limit.max ?? {})) {
        const asked = resources?.limits?.[resource]
        if ((readQuantity(asked) ?? 0) > (readQuantity(most) ?? Infinity))
          told.push(
            `Limits ${source} allow a container ${most} ${resource} at most, and ${name} has ${asked ?? ''}: its pods would be refused.`,
          )
      }
      for (const [resource, least] of Object.entries(limit.min ?? {})) {
        const asked = resources?.requests?.[resource]
        if (asked !== undefined && (readQuantity(asked) ?? 0) < (readQuantity(least) ?? 0))
          told.push(
            `Limits ${source} want ${least} ${resource} at least, and ${name} asks for ${asked}: its pods would be refused.`,
          )
      }
      return told
    }),
  )
}

function environmentWarnings(change: WorkloadChange): string[] {
  if (change.do !== 'setEnvironment') return []
  const telling = change.set
    .map(({ name }) => name)
    .filter((name) => /pass|secret|token|credential|private|key$/i.test(name))
  if (telling.length === 0) return []
  return [
    `${telling.join(', ')} sounds like a secret: everybody who may look at workloads can read it here. Keep it in a Secret.`,
  ]
}

function trapWarnings({ workload, pods, readAt }: Surroundings): string[] {
  // With a new template every pod there is becomes one of an earlier revision.
  const next = { ...workload, status: { ...workload.status, updateRevision: '' } }
  return stuckPods(next, pods, readAt).map(
    ({ pod, reason }) =>
      `${reason} A StatefulSet does not replace a broken pod: the rollout will wait for ${pod} until it is deleted.`,
  )
}

const unreadWarnings = ({ unread }: Surroundings): string[] =>
  unread.map((each) => `${whyUnread(each)} What they would say to this is not known.`)

/** How the change is taken back afterwards. */
function undoOf(
  { workload, revisions }: Surroundings,
  change: WorkloadChange,
  isNewTemplate: boolean,
): Pick<Impact, 'undo' | 'canUndo'> {
  const yes = (undo: string) => ({ undo, canUndo: true })
  const no = (undo: string) => ({ undo, canUndo: false })
  switch (change.do) {
    case 'scale':
      return yes(`Undo scales back to ${desiredOf(workload)}.`)
    case 'pause':
      return yes('Undo resumes the rollout.')
    case 'resume':
      return yes('Undo pauses it again; pods that were replaced in between stay as they are.')
    case 'restart':
      return no('A restart cannot be undone: the pods are re-created, and nothing else has changed.')
    case 'unstick':
      return no('Deleting a pod cannot be undone: its workload re-creates it.')
    default: {
      if (!isNewTemplate) return no('Nothing changes, so there is nothing to undo.')
      const current = revisions.find(({ isCurrent }) => isCurrent)
      if (workload.spec?.paused === true)
        return no('While it is paused no revision is recorded to go back to: change it back by hand.')
      if (!current || workload.spec?.revisionHistoryLimit === 0)
        return no('The cluster keeps no earlier revision of it (revisionHistoryLimit), so there is none to go back to.')
      return yes(`Undo returns to revision ${current.revision}.`)
    }
  }
}
