import type { RestorePlan } from '#shared/contract/backups.ts'
import type { Scope, Suite } from '#shared/contract/base.ts'
import { asConsoleError } from '#shared/errors.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'

/** A restore whose data come from another suite than the one that it changes. */
export type Crossing = NonNullable<RestorePlan['crossing']>

/** Undefined where the backup is of the suite that is restored, by whatever id its cluster was known. */
export function crossingOf(
  directory: Pick<ClusterDirectory, 'facts' | 'suiteOf' | 'contextTo' | 'isSameCluster'>,
  target: Scope,
  source: Suite,
): Crossing | undefined {
  const { cluster, namespace } = directory.suiteOf(target)
  if (directory.isSameCluster(source.cluster, cluster) && source.namespace === namespace) return undefined
  const { name, environment } = directory.facts(target.context)
  return {
    from: { ...placeOf(directory, source.cluster), namespace: source.namespace },
    to: { cluster: name, environment, namespace },
  }
}

/** A cluster that no context leads to any more has its id alone, and an environment that is not known. */
function placeOf(directory: Pick<ClusterDirectory, 'facts' | 'contextTo'>, cluster: string) {
  try {
    const { name, environment } = directory.facts(directory.contextTo(cluster))
    return { cluster: name, environment }
  } catch (thrown) {
    if (asConsoleError(thrown).code !== 'NO_CLUSTER') throw thrown
    return { cluster, environment: null }
  }
}

/** `agency-swarm on staging-eu-1` */
export const placeWords = ({ cluster, namespace }: Crossing['from']) => `${namespace} on ${cluster}`

/** What the plan and the task say of it, the environments first where they differ. */
export function crossingWarning({ from, to }: Crossing): string {
  const places = `The backup is of ${placeWords(from)}; it replaces the database of ${placeWords(to)}.`
  if (from.environment === to.environment) return places
  const source = from.environment === null ? 'a cluster whose environment is unknown' : from.environment
  return `Data of ${source} replaces data of ${to.environment}. ${places} Accounts, secrets and addresses in it are those of the source.`
}

/** A suite under the id that its cluster has today; as it is given where no context leads to it any more. */
export function currentSuite(directory: Pick<ClusterDirectory, 'contextTo' | 'suiteOf'>, suite: Suite): Suite {
  try {
    return directory.suiteOf({ context: directory.contextTo(suite.cluster), namespace: suite.namespace })
  } catch (thrown) {
    if (asConsoleError(thrown).code !== 'NO_CLUSTER') throw thrown
    return suite
  }
}
