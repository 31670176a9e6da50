import type { KubeObject } from '../../kube/index.ts'
import { howReplaced, paceOf } from '../../objects/rollingUpdate.ts'
import type { Surroundings } from './surroundings.ts'
import { desiredOf, pods, type Workload } from './workload.ts'

/** What a new pod template does to the pods that run. */
export interface Replacement {
  effects: string[]
  warnings: string[]
  /** Pods that exist beyond the wanted number for a while. */
  surge: number
  /** Whether a rollout begins by itself. */
  rolls: boolean
}

/** Says which pods are replaced when the template changes, how many at a time, and who notices. */
export function replacementOf(around: Surroundings): Replacement {
  const { workload } = around
  const count = desiredOf(workload)
  const name = `${workload.kind} ${workload.metadata.name}`
  const quiet = (effect: string): Replacement => ({ effects: [effect], warnings: [], surge: 0, rolls: false })
  if (workload.spec?.paused === true)
    return quiet(`${name} is paused: no pod restarts until it is resumed, then all changes roll out at once.`)
  if (workload.spec?.updateStrategy?.type === 'OnDelete')
    return quiet(
      `No pod restarts by itself: the update strategy of ${name} is OnDelete, each pod is re-created when it is deleted.`,
    )
  if (count === 0) return quiet(`${name} has no pods now: the change shows when it is scaled up.`)
  if (workload.kind === 'Deployment') return deployment(around, count)
  return workload.kind === 'StatefulSet' ? statefulSet(workload, count) : daemonSet(workload, count)
}

function deployment(around: Surroundings, count: number): Replacement {
  const { workload } = around
  const { name } = workload.metadata
  const held = singleNodeClaims(around)
  if (workload.spec?.strategy?.type === 'Recreate') {
    const because = held.length > 0 ? ` Its volume ${held.join(', ')} can be held by one node at a time.` : ''
    return {
      effects: [
        `All ${pods(count)} of ${name} are stopped before new ones start (Recreate): it is unavailable in between.${because}`,
      ],
      warnings: [`${name} is not available while its pods restart.`],
      surge: 0,
      rolls: true,
    }
  }
  const { surge, unavailable } = paceOf(workload as KubeObject, count)
  const warnings: string[] = []
  if (unavailable >= count)
    warnings.push(
      `${name} has ${pods(count)} and all may be unavailable at once: the service is interrupted while they restart.`,
    )
  if (held.length > 0) {
    warnings.push(
      `Volume ${held.join(', ')} is ReadWriteOnce: a new pod on another node cannot mount it while the old one holds it, and the rollout ` +
        'would wait forever. The strategy Recreate avoids that.',
    )
  }
  return {
    effects: [
      `${pods(count)} of ${name} ${count === 1 ? 'restarts' : 'restart'}: ${howReplaced(workload as KubeObject, count)}.`,
    ],
    warnings,
    surge,
    rolls: true,
  }
}

function statefulSet(workload: Workload, count: number): Replacement {
  const { name } = workload.metadata
  const first = workload.spec?.updateStrategy?.rollingUpdate?.partition ?? 0
  const touched = Math.max(0, count - first)
  const order = touched > 1 ? `, one at a time, from ${name}-${count - 1} down to ${name}-${first}` : ''
  const kept = first > 0 ? ` Pods below ordinal ${first} stay as they are (partition).` : ''
  return {
    effects: [
      `${pods(touched)} of ${name} ${touched === 1 ? 'restarts' : 'restart'}${order}; each keeps its volumes.${kept}`,
    ],
    warnings: count === 1 ? [`${name} has one pod: it is not available while that restarts.`] : [],
    surge: 0,
    rolls: touched > 0,
  }
}

function daemonSet(workload: Workload, count: number): Replacement {
  const { surge } = paceOf(workload as KubeObject, count)
  return {
    effects: [`${pods(count)} of ${workload.metadata.name} restart: ${howReplaced(workload as KubeObject, count)}.`],
    warnings: [],
    surge,
    rolls: true,
  }
}

/** Claims of the template that only one node can hold at a time. */
function singleNodeClaims({ workload, claims }: Surroundings): string[] {
  const used = (workload.spec?.template?.spec?.volumes ?? []).flatMap(
    (volume) => volume.persistentVolumeClaim?.claimName ?? [],
  )
  return claims
    .filter(({ metadata, spec }) => used.includes(metadata?.name ?? '') && isHeldByOne(spec?.accessModes))
    .map(({ metadata }) => metadata?.name ?? '')
}

const isHeldByOne = (modes: string[] = []): boolean => modes.every((mode) => mode.startsWith('ReadWriteOnce'))
