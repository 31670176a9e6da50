import { workloadChange, type WorkloadChange, type WorkloadDetail } from '#shared/contract/rollouts.ts'
import type { ChangeKind } from './changeStore.ts'

/** The form as it opens: what is live, so that nothing would change yet. */
export function firstDraft(kind: ChangeKind, detail: WorkloadDetail): WorkloadChange {
  const container = detail.containers[0]
  switch (kind) {
    case 'setImage':
      return { do: 'setImage', images: [] }
    case 'scale':
      return { do: 'scale', replicas: detail.replicas.desired }
    case 'undo':
      return { do: 'undo', revision: earlierRevision(detail) }
    case 'setEnvironment':
      return { do: 'setEnvironment', container: container?.name ?? '', set: [], remove: [] }
    case 'setResources':
      return resourcesDraft(detail, container?.name ?? '')
    default:
      return { do: kind }
  }
}

/** The newest revision that is not the current one; 0 when there is none. */
function earlierRevision(detail: WorkloadDetail): number {
  return Math.max(0, ...detail.revisions.filter((each) => !each.isCurrent).map((each) => each.revision))
}

type Resources = Extract<WorkloadChange, { do: 'setResources' }>

export const resourceNames = ['cpu', 'memory', 'ephemeral-storage'] as const

/** Requests and limits of a container as they are live. */
export function resourcesDraft(detail: WorkloadDetail, container: string): Resources {
  const live = detail.containers.find((each) => each.name === container)
  const known = (amounts: Readonly<Record<string, string>> | undefined): Resources['requests'] =>
    Object.fromEntries(
      resourceNames.flatMap((name) => (amounts?.[name] === undefined ? [] : [[name, amounts[name]] as const])),
    )
  return { do: 'setResources', container, requests: known(live?.requests), limits: known(live?.limits) }
}

/** Why a change cannot be asked about yet: it changes nothing, or the contract would refuse it. */
export function draftProblem(change: WorkloadChange, detail: WorkloadDetail): string | undefined {
  return sameProblem(change, detail) ?? contractProblem(change)
}

function sameProblem(change: WorkloadChange, detail: WorkloadDetail): string | undefined {
  switch (change.do) {
    case 'setImage':
      return change.images.length === 0 ? 'Type another image. These are what runs now.' : undefined
    case 'scale':
      if (Number.isNaN(change.replicas)) return 'Type a whole number of pods.'
      return change.replicas === detail.replicas.desired ? 'It has this many pods already.' : undefined
    case 'undo':
      return change.revision === 0 ? 'There is no earlier revision to return to.' : undefined
    case 'setEnvironment':
      return environmentProblem(change, detail)
    case 'setResources': {
      const live = resourcesDraft(detail, change.container)
      return JSON.stringify(sorted(change)) === JSON.stringify(sorted(live))
        ? 'Type another amount. These are what it has now.'
        : undefined
    }
    default:
      return undefined
  }
}

function sorted({ requests, limits }: Resources) {
  return [requests, limits].map((amounts) => Object.entries(amounts).sort(([a], [b]) => a.localeCompare(b)))
}

function environmentProblem(
  change: Extract<WorkloadChange, { do: 'setEnvironment' }>,
  detail: WorkloadDetail,
): string | undefined {
  if (change.set.length + change.remove.length === 0) return 'Change a value, add a variable or remove one.'
  const known = new Set(
    detail.containers.find((each) => each.name === change.container)?.environment.map((each) => each.name),
  )
  const names = change.set.map((each) => each.name)
  if (names.includes('')) return 'Give the new variable a name.'
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return `${twice} is there twice.`
  const wrong = names.find((name) => !known.has(name) && !/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name))
  return wrong === undefined
    ? undefined
    : `${wrong} cannot be a name: letters, digits, dots, dashes and underscores, not beginning with a digit.`
}

function contractProblem(change: WorkloadChange): string | undefined {
  const result = workloadChange.safeParse(change)
  if (result.success) return undefined
  const issue = result.error.issues[0]
  return change.do === 'scale' ? 'Between 0 and 1,000 pods.' : (issue?.message ?? 'This cannot be used.')
}
