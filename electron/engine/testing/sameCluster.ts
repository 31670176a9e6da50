import type { ClusterDirectory } from '../ports/directory.ts'

/** Tests that know one way to one cluster: the context's id stands for both. */
export const sameCluster: Pick<ClusterDirectory, 'suiteOf' | 'contextTo'> = {
  suiteOf: ({ context, namespace }) => ({ cluster: context, namespace }),
  contextTo: (cluster) => cluster,
}
