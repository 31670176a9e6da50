import type { ClusterDirectory } from '../../ports/directory.ts'
import { engine } from '../../rpc/router.ts'
import { createToken, listAccounts } from './accounts.ts'

export function accountHandlers(directory: ClusterDirectory) {
  return {
    list: engine.accounts.list.handler(async ({ input, signal }) =>
      listAccounts(await directory.connection(input.context), input.namespace, signal),
    ),
    createToken: engine.accounts.createToken.handler(async ({ input }) =>
      createToken(await directory.connection(input.context), input),
    ),
  }
}
