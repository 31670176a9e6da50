import { demandOf, quotaWarnings } from './capacity.ts'
import type { Surroundings } from './surroundings.ts'
import { desiredOf, pods } from './workload.ts'

/** What another number of replicas does, and who will have another opinion. */
export function scalingOf(around: Surroundings, replicas: number): { effects: string[]; warnings: string[] } {
  const { workload, quotas } = around
  const { name } = workload.metadata
  const present = desiredOf(workload)
  const added = replicas - present
  const effects = [
    added === 0
      ? `${name} has ${pods(replicas)} already: nothing changes.`
      : added > 0
        ? `${pods(added)} of ${name} ${added === 1 ? 'is' : 'are'} started: ${present} become ${replicas}.`
        : `${pods(-added)} of ${name} ${added === -1 ? 'is' : 'are'} stopped: ${present} become ${replicas}.`,
  ]
  if (workload.kind === 'StatefulSet' && added < 0) {
    const isDeleted = workload.spec?.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete'
    const volumes = isDeleted ? 'their volumes are deleted with them' : 'their volumes stay'
    effects.push(`Those with the highest numbers go first, down to ${name}-${replicas}; ${volumes}.`)
  }
  const warnings = [
    ...autoscalerOpinion(around, replicas),
    ...budgetOpinion(around, replicas),
    ...quotaWarnings(quotas, added, demandOf(workload, around.limits)),
  ]
  if (replicas === 0 && present > 0) warnings.push(`${name} is unavailable until it is scaled up again.`)
  return { effects, warnings }
}

/** Figures of https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/: a look every 15 s, 5 minutes before scaling down. */
function autoscalerOpinion({ autoscaler }: Surroundings, replicas: number): string[] {
  if (!autoscaler?.spec) return []
  const name = `Autoscaler ${autoscaler.metadata?.name ?? ''}`
  const { minReplicas = 1, maxReplicas } = autoscaler.spec
  if (replicas === 0)
    return [`${name} does nothing while there are no pods: scaling to 0 switches it off until somebody scales up.`]
  if (replicas < minReplicas) return [`${name} scales back to its minimum of ${minReplicas} within seconds.`]
  if (replicas > maxReplicas) return [`${name} scales back to its maximum of ${maxReplicas} within seconds.`]
  const wanted = autoscaler.status?.desiredReplicas
  if (wanted === undefined || wanted === replicas)
    return [`${name} owns this number (${minReplicas} to ${maxReplicas}) and may change it at any time.`]
  const when = wanted < replicas ? 'within about 5 minutes' : 'within seconds'
  return [
    `${name} owns this number (${minReplicas} to ${maxReplicas}) and wants ${wanted} now: it scales back ${when} unless the load says otherwise. ` +
      'To change it for good, edit the autoscaler.',
  ]
}

function budgetOpinion({ budget }: Surroundings, replicas: number): string[] {
  const minimum = budget?.spec?.minAvailable
  if (typeof minimum !== 'number' || replicas > minimum || replicas === 0) return []
  return [
    `Disruption budget ${budget?.metadata?.name ?? ''} wants ${minimum} available: with ${pods(replicas)} no node that runs one can be drained.`,
  ]
}
