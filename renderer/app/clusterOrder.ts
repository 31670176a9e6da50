import { isOfCluster } from './feature.ts'
import { pages } from './features.ts'
import { navigate, useLocation } from './state/location.ts'

/** The keys of the nth cluster, from 1; undefined above nine. */
export function clusterKey(number: number): string | undefined {
  return number >= 1 && number <= 9 ? `Ctrl+${number}` : undefined
}

/** Goes to a cluster: the same page where it is one of a cluster, else its overview. */
export function enterCluster(cluster: string): void {
  const { page } = useLocation.getState()
  const isClusterPage = pages.some((other) => other.id === page && isOfCluster(other))
  navigate({ page: isClusterPage ? page : 'overview', cluster })
}
