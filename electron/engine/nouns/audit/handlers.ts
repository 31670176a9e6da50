import { engine } from '../../rpc/router.ts'
import type { AuditLog } from './log.ts'

export function auditNoun({ audit: log }: { audit: AuditLog }) {
  const handlers = {
    list: engine.audit.list.handler(({ input }) => log.list(input.limit, input.before)),
    verify: engine.audit.verify.handler(() => log.verify()),
  }
  return { handlers, stop: () => log.close() }
}
