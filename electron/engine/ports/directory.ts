import type { Permission } from '#shared/contract/base.ts'
import type { Environment } from '#shared/contract/clusters.ts'
import type { ClusterConnection } from '../kube/index.ts'

/** What guards and nouns may know about a cluster without asking it. */
export interface ClusterFacts {
  name: string
  environment: Environment
  /** Undefined until the access review came back. */
  role: Permission | undefined
}

/** The clusters the engine knows; implemented by clusters/, handed to every noun in index.ts. */
export interface ClusterDirectory {
  /** @throws ConsoleError NO_CLUSTER when there is no such cluster (any more) */
  facts(id: string): ClusterFacts
  /** The pooled connection; starts the sandbox when it is the one asked for. @throws ConsoleError NO_CLUSTER, SANDBOX_FAILED, KUBECONFIG_INVALID */
  connection(id: string): Promise<ClusterConnection>
}
