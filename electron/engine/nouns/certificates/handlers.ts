import type { ClusterDirectory } from '../../ports/directory.ts'
import { engine } from '../../rpc/router.ts'
import { listCertificates, type SecretReaders } from './certificates.ts'

export function certificatesNoun({ directory, readers }: { directory: ClusterDirectory; readers: SecretReaders }) {
  const handlers = {
    list: engine.certificates.list.handler(async ({ input, signal }) => {
      const { context: cluster, namespace } = input
      return listCertificates(await directory.connection(cluster), { context: cluster, namespace }, readers, signal)
    }),
  }
  return { handlers }
}
