import { engine } from '../../rpc/router.ts'
import type { AuditChain } from './chain.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { InterruptedCalls } from './interruptedCalls.ts'
import type { AuditLog } from './log.ts'
import type { TaskOutcomes } from './taskOutcomes.ts'

export interface AuditNeeds {
  audit: AuditLog
  chain: AuditChain
  checkpoints: Checkpoints
  outcomes: TaskOutcomes
  interruptedCalls: InterruptedCalls
}

export function auditNoun({ audit, chain, checkpoints, outcomes, interruptedCalls }: AuditNeeds) {
  const handlers = {
    list: engine.audit.list.handler(({ input }) => audit.list(input.limit, input.before)),
    verify: engine.audit.verify.handler(async ({ input }) => ({
      ...(await chain.verify(input.suites)),
      unwritten: outcomes.unwritten,
    })),
    checkpoint: engine.audit.checkpoint.handler(({ input: { context, namespace } }) =>
      chain.keep({ context, namespace }),
    ),
    repair: engine.audit.repair.handler(async ({ input }) => ({
      ...(await chain.repair(input.suites)),
      unwritten: outcomes.unwritten,
    })),
  }
  const start = () => {
    const ofTasks = outcomes.start()
    interruptedCalls.settle(ofTasks).catch((error: unknown) => console.error('Ends of interrupted calls:', error))
  }
  const stop = async () => {
    await outcomes.stop()
    await checkpoints.close()
    await audit.close()
  }
  return { handlers, start, stop }
}
