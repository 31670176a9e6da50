import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '#shared/contract/index.ts'

/** Every call and stream of the contract, typed. */
export type Client = ContractRouterClient<Contract>

/** A client over one line to the engine; a restarted engine means a new line and a new client. */
export function createClient(port: MessagePort): Client {
  port.start()
  return createORPCClient<Client>(new RPCLink({ port }))
}
