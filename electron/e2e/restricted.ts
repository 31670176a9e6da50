import type { TestCluster } from '#shared/testing/cluster.ts'
import { apply, kubectl } from './kubectl.ts'

const account = 'onlooker'

/** An account of a namespace that may look at workloads and change nothing: no secrets, no exec, no usage. @returns its token */
export async function createOnlooker(cluster: TestCluster, namespace: string): Promise<string> {
  const inNamespace = { name: account, namespace }
  await apply(
    cluster,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inNamespace },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: inNamespace,
      rules: [
        {
          apiGroups: ['', 'apps', 'batch', 'discovery.k8s.io'],
          resources: [
            'pods',
            'pods/log',
            'services',
            'endpointslices',
            'events',
            'deployments',
            'statefulsets',
            'jobs',
          ],
          verbs: ['get', 'list', 'watch'],
        },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: inNamespace,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
    },
  )
  return kubectl(cluster, ['-n', namespace, 'create', 'token', account])
}
