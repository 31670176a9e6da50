import { isReachable, isUnasked } from '../../app/index.ts'
import { isLookedAt, isVerified, type FleetRow } from './fleetRows.ts'

export interface FleetSummary {
  /** Clusters that were asked; the sandbox counts while it runs. */
  asked: number
  reachable: number
  unreachable: string[]
  /** Clusters whose pods were read, and those of them that are not healthy. */
  lookedAt: number
  unhealthy: number
  podsReady: number
  pods: number
  podClusters: number
  nodesReady: number
  nodes: number
  nodeClusters: number
  /** Suites that were seen, those with a proved backup of the last 24 h, and the newest version that runs anywhere. */
  suites: number
  verified: number
  newest: string | undefined
  onNewest: number
}

/** @param now milliseconds since 1970 */
export function summarise(rows: readonly FleetRow[], now: number): FleetSummary {
  const asked = rows.filter(({ best }) => !isUnasked(best) && best.health !== 'stopped' && best.health !== 'starting')
  const lookedAt = rows.filter(isLookedAt)
  const withPods = lookedAt.flatMap(({ best }) => best.pods ?? [])
  const withNodes = lookedAt.flatMap(({ best }) => best.nodes ?? [])
  const suites = lookedAt.flatMap((row) => row.suites)
  const newest = suites
    .flatMap(({ version }) => version ?? [])
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1)
  return {
    asked: asked.length,
    reachable: asked.filter(({ best }) => isReachable(best)).length,
    unreachable: asked.filter(({ best }) => best.health === 'unreachable').map(({ name }) => name),
    lookedAt: lookedAt.length,
    unhealthy: lookedAt.filter(({ best }) => best.health === 'degraded' || best.health === 'warning').length,
    podsReady: sum(withPods.map(({ ready }) => ready)),
    pods: sum(withPods.map(({ total }) => total)),
    podClusters: withPods.length,
    nodesReady: sum(withNodes.map(({ ready }) => ready)),
    nodes: sum(withNodes.map(({ total }) => total)),
    nodeClusters: withNodes.length,
    suites: suites.length,
    verified: suites.filter((suite) => isVerified(suite, now)).length,
    newest,
    onNewest: suites.filter(({ version }) => version === newest).length,
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
