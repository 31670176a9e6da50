import type { TestCluster } from '#shared/testing/cluster.ts'
import { connect, loadKubeconfigs, type ClusterConnection, type KubeContext } from '../kube/index.ts'

/** The context of a test's cluster, as its kubeconfig has it. @throws Error when there is none */
export function contextOf({
  kubeconfigPath,
  context: name,
}: Pick<TestCluster, 'kubeconfigPath' | 'context'>): KubeContext {
  const { contexts, problems } = loadKubeconfigs([{ path: kubeconfigPath, kind: 'user' }])
  const found = contexts.find((each) => each.name === name)
  if (!found) throw new Error(`no context ${name}: ${JSON.stringify(problems)}`)
  return found
}

/** A connection to a test's cluster, past every noun. Close it. */
export const connectTo = (cluster: Pick<TestCluster, 'kubeconfigPath' | 'context'>): ClusterConnection =>
  connect(contextOf(cluster))
