import type { KubeObject } from '../kube/index.ts'
import { counted } from './objects.ts'

interface Strategy {
  type?: string
  rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string; partition?: number }
}

export const strategyOf = (workload: KubeObject): Strategy => {
  const { strategy, updateStrategy } = (workload.spec ?? {}) as { strategy?: Strategy; updateStrategy?: Strategy }
  return strategy ?? updateStrategy ?? {}
}

/** Pods of a rolling update beyond the wanted number, and below it, at a time. */
export interface Pace {
  surge: number
  unavailable: number
}

/** Source: k8s.io/kubernetes/pkg/controller/deployment/util (ResolveFenceposts), and the DaemonSet's update strategy. */
export function paceOf(workload: KubeObject, pods: number): Pace {
  const { rollingUpdate = {} } = strategyOf(workload)
  if (workload.kind === 'DaemonSet') {
    const surge = share(rollingUpdate.maxSurge, '0', pods, Math.ceil)
    return { surge, unavailable: share(rollingUpdate.maxUnavailable, surge > 0 ? '0' : '1', pods, Math.ceil) }
  }
  if (workload.kind !== 'Deployment') return { surge: 0, unavailable: 1 }
  const surge = share(rollingUpdate.maxSurge, '25%', pods, Math.ceil)
  const allowed = share(rollingUpdate.maxUnavailable, '25%', pods, Math.floor)
  return { surge, unavailable: surge === 0 && allowed === 0 ? 1 : Math.min(allowed, pods) }
}

/** A count, or a share of the replicas: surge is rounded up, unavailability down. */
function share(
  value: number | string | undefined,
  standard: string,
  replicas: number,
  round: (n: number) => number,
): number {
  const text = String(value ?? standard)
  return text.endsWith('%') ? round((Number.parseFloat(text) / 100) * replicas) : Number(text)
}

/** How the pods are replaced, as words that follow "2 pods restart": the one sentence for plans, drift and rollouts. */
export function howReplaced(workload: KubeObject, pods: number): string {
  const { type } = strategyOf(workload)
  if (workload.spec?.['paused'] === true) return 'once it is resumed'
  if (type === 'OnDelete') return 'each when it is deleted by hand'
  if (type === 'Recreate') return 'all at once, so it is unavailable until the new ones are ready'
  const { surge, unavailable } = paceOf(workload, pods)
  if (workload.kind === 'Deployment')
    return `at most ${surge} more and ${unavailable} fewer than wanted at a time (rolling update)`
  if (workload.kind === 'DaemonSet') return `at most ${Math.max(surge, unavailable)} at a time, one on every node`
  return pods === 1 ? `with an interruption: there is only ${counted(pods, 'pod')}` : 'one at a time'
}
