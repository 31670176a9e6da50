import type { FieldChange } from '#shared/contract/changes.ts'
import type { KubeObject } from '../../../kube/index.ts'
import { shownChanges } from '../../../objects/fields/changes.ts'
import { isWithin } from '../../../objects/fields/path.ts'
import { counted, idOf, isRolled, replicasOf } from '../../../objects/objects.ts'
import { overdrawn, quotaLines } from '../../../objects/quota.ts'
import { readersAmong } from '../../../objects/readers.ts'
import { howReplaced } from '../../../objects/rollingUpdate.ts'
import { autoscaledIds, budgetOf, type ClusterFacts } from './clusterFacts.ts'

/** Fields that differ, and what follows from each. More than these are summed up in the text of the YAML. */
const mostFields = 200

export function fieldChangesOf(before: KubeObject, after: KubeObject): FieldChange[] {
  return shownChanges(before, after)
    .slice(0, mostFields)
    .map((change) => ({ ...change, effect: effectOf(after.kind, change.path) }))
}

/** Pods that run now and are replaced, because their template changes. */
export function restartedPods(live: KubeObject, fields: readonly Pick<FieldChange, 'path'>[]): number {
  const isNewTemplate = isRolled(live) && fields.some(({ path }) => isWithin(path, 'spec.template'))
  return isNewTemplate ? replicasOf(live) : 0
}

export function effectOf(kind: string, path: string): string {
  if (isRolled({ kind }) && isWithin(path, 'spec.template')) return 'restarts the pods'
  if (kind === 'CronJob' && isWithin(path, 'spec')) return 'from the next run on'
  if (path === 'spec.replicas') return 'scales'
  if (isImmutable(kind, path)) return 'cannot be changed in place'
  return ''
}

/** kubernetes.io: fields that the API server lets nobody change once the object exists. */
const immutable: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec.selector'],
  DaemonSet: ['spec.selector'],
  StatefulSet: ['spec.selector', 'spec.serviceName', 'spec.podManagementPolicy', 'spec.volumeClaimTemplates'],
  Job: ['spec.selector', 'spec.template', 'spec.completions', 'spec.completionMode'],
  Service: ['spec.clusterIP', 'spec.clusterIPs'],
  PersistentVolumeClaim: ['spec.storageClassName', 'spec.accessModes', 'spec.volumeMode', 'spec.selector'],
  RoleBinding: ['roleRef'],
  ClusterRoleBinding: ['roleRef'],
  Secret: ['type'],
}

export const isImmutable = (kind: string, path: string): boolean =>
  (immutable[kind] ?? []).some((field) => isWithin(path, field))

/** What the change means to what runs. @param all everything that is planned */
export function changeNotes(
  before: KubeObject | undefined,
  after: KubeObject,
  fields: readonly FieldChange[],
  facts: ClusterFacts,
  all: readonly KubeObject[],
): string[] {
  if (!before) return []
  if (isRolled(after)) return workloadNotes(before, after, fields, facts)
  if (after.kind === 'ConfigMap' || after.kind === 'Secret') {
    const readers = fields.some(({ path }) => isWithin(path, 'data'))
      ? readersAmong(all, after.kind, after.metadata.name)
      : []
    return readers.length > 0 ? [`read by ${readers.join(', ')} when their pods start`] : []
  }
  return after.kind === 'ResourceQuota' ? quotaNotes(after, facts) : []
}

function workloadNotes(
  before: KubeObject,
  after: KubeObject,
  fields: readonly FieldChange[],
  facts: ClusterFacts,
): string[] {
  const notes: string[] = []
  const pods = restartedPods(before, fields)
  if (pods > 0) {
    notes.push(`restarts ${counted(pods, 'pod')}, ${howReplaced(after, pods)}`)
    const budget = budgetOf(after, facts.budgets)
    const allowed = budget?.status?.['disruptionsAllowed']
    if (budget && typeof allowed === 'number') {
      const state = allowed > 0 ? `allows ${counted(allowed, 'disruption')} now` : 'allows no disruption now'
      notes.push(`PodDisruptionBudget ${budget.metadata.name} ${state}; it binds drains, not this rollout`)
    }
  }
  const [old, young] = [replicasOf(before), replicasOf(after)]
  if (old !== young) notes.push(`scales from ${old} to ${young}`)
  else if (autoscaledIds(facts.autoscalers).has(idOf(after))) notes.push(`keeps the ${old} replicas of the autoscaler`)
  return notes
}

/** A quota below what is used keeps what runs, and refuses what would replace it. */
function quotaNotes(after: KubeObject, facts: ClusterFacts): string[] {
  const live = facts.quotas.find(({ metadata }) => metadata.name === after.metadata.name)
  const lines = quotaLines(after.spec?.['hard'] as Amounts, live?.status?.['used'] as Amounts)
  return overdrawn(lines).map(
    ({ resource, usage, limit }) =>
      `${resource}: ${usage} is used and ${limit} would be allowed; what runs stays, nothing new starts`,
  )
}

type Amounts = Record<string, string> | undefined
