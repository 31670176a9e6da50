import type { ClusterDirectory } from '../ports/directory.ts'

/** Tests that know one way to one cluster: the context's id stands for both. */
export const sameCluster: Pick<ClusterDirectory, 'suiteOf' | 'contextTo' | 'isSameCluster'> = {
  suiteOf: ({ context, namespace }) => ({ cluster: context, namespace }),
  contextTo: (cluster) => cluster,
  isSameCluster: (a, b) => a === b,
}
