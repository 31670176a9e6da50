import type { ClusterDirectory } from '../../ports/directory.ts'
import { engine } from '../../rpc/router.ts'
import { createToken, listAccounts } from './accounts.ts'

export function accountsNoun({ directory }: { directory: ClusterDirectory }) {
  const handlers = {
    list: engine.accounts.list.handler(async ({ input, signal }) =>
      listAccounts(await directory.connection(input.context), input.namespace, signal),
    ),
    createToken: engine.accounts.createToken.handler(async ({ input }) =>
      createToken(await directory.connection(input.context), input),
    ),
  }
  return { handlers }
}
