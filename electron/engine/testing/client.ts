import { MessageChannel } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '#shared/contract/index.ts'
import type { Engine } from '../index.ts'
import { noting } from './contractUse.ts'

export type EngineClient = ContractRouterClient<Contract>

/** A client of the engine over a message channel of Node, as the window has one of Electron's. What the engine fills is noted. */
export function connectClient(engine: Engine): { client: EngineClient; close(): void } {
  const { port1, port2 } = new MessageChannel()
  engine.serve(port1)
  port1.start()
  const client: EngineClient = createORPCClient(noting(new RPCLink({ port: port2 })))
  port2.start()
  return {
    client,
    close: () => {
      port1.close()
      port2.close()
    },
  }
}
