import type { Permission, Scope, Suite } from '#shared/contract/base.ts'
import type { Environment } from '#shared/contract/clusters.ts'
import type { ClusterConnection } from '../kube/index.ts'

/** What guards and nouns may know about a cluster without asking it. */
export interface ClusterFacts {
  name: string
  environment: Environment
  /** As the last access review said, in this session or an earlier one; undefined when there was none. */
  role: Permission | undefined
}

/** The clusters the engine knows; implemented by clusters/, handed to every noun in index.ts. */
export interface ClusterDirectory {
  /** @throws ConsoleError NO_CLUSTER when there is no such cluster (any more) */
  facts(context: string): ClusterFacts
  /** The suite that a scope leads to. @throws ConsoleError NO_CLUSTER */
  suiteOf(scope: Scope): Suite
  /**
   * The best context that leads to this cluster: one that can be reached, with the highest role, the one used last.
   * @param cluster any id it has or had
   * @throws ConsoleError NO_CLUSTER when none does (any more)
   */
  contextTo(cluster: string): string
  /** Whether two ids, of today or of earlier, name one cluster. */
  isSameCluster(a: string, b: string): boolean
  /** The pooled connection; starts the sandbox when it is the one asked for. @throws ConsoleError NO_CLUSTER, SANDBOX_FAILED, KUBECONFIG_INVALID */
  connection(context: string): Promise<ClusterConnection>
}
