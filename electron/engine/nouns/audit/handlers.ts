import { engine } from '../../rpc/router.ts'
import type { AuditLog } from './log.ts'
import type { TaskOutcomes } from './taskOutcomes.ts'

export function auditNoun({ audit: log, outcomes }: { audit: AuditLog; outcomes: TaskOutcomes }) {
  const handlers = {
    list: engine.audit.list.handler(({ input }) => log.list(input.limit, input.before)),
    verify: engine.audit.verify.handler(() => log.verify()),
  }
  const stop = async () => {
    await outcomes.stop()
    await log.close()
  }
  return { handlers, start: () => outcomes.start(), stop }
}
